"""What ends with an account, a password or a token, ends on the next request, in browsers and programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import authenticate
from django.contrib.sessions.models import Session
from django.test import Client
from rest_framework.test import APIClient

from dms.access.actors import operator
from dms.access.models import User
from dms.access.permissions import Role
from dms.accounts.accounts import account_disable, account_enable, password_reset
from dms.accounts.tokens import tokens_withdraw
from tests import factories
from tests.factories import PASSWORD, account, program_of

pytestmark = pytest.mark.usefixtures("scope", "quick_passwords")
ROOT = operator("root")


def now() -> datetime:
    return datetime.now(UTC)


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/help/").status_code == 200


def works(program: APIClient) -> bool:
    return {200: True, 401: False}[program.get("/api/v1/inbox/").status_code]


def test_a_disabled_account_is_out_at_once_and_enabling_brings_no_session_and_no_token_back() -> None:
    anna = account()
    program, browser = program_of(anna), browser_of(anna)
    assert is_in(browser)
    assert works(program)
    account_disable(ROOT, anna, now=now())
    assert not is_in(browser)
    assert not works(program)
    assert authenticate(username="anna", password=PASSWORD) is None
    account_enable(ROOT, anna, now=now())
    assert not is_in(browser)
    assert not works(program)
    assert authenticate(username="anna", password=PASSWORD) == anna


def test_disabling_one_ends_the_sessions_of_nobody_else() -> None:
    anna, browser = account(), browser_of(account("bert"))
    account_disable(ROOT, anna, now=now())
    assert is_in(browser)
    assert Session.objects.count() == 1


def test_a_reset_password_ends_sessions_and_keeps_tokens_until_they_are_withdrawn() -> None:
    anna = account()
    program, browser = program_of(anna), browser_of(anna)
    password_reset(ROOT, anna, "Ein-neues-Kennwort", now=now())
    assert not is_in(browser)
    assert works(program)
    assert tokens_withdraw(ROOT, anna, now=now()) == 1
    assert not works(program)


def noted(browser: Client, **moments: timedelta) -> None:
    """As if that were so long ago."""
    session = browser.session
    for name, ago in moments.items():
        session[name] = (now() - ago).isoformat()
    session.save()


def test_a_login_at_which_nobody_sits_any_more_ends_and_says_so() -> None:
    browser = browser_of(account())
    assert is_in(browser)
    noted(browser, last_used=timedelta(minutes=121))
    answer = browser.get("/help/", follow=True)
    assert answer.redirect_chain[0][0] == "/login/?next=/help/"
    assert "Sie waren eine Weile nicht da" in answer.content.decode()
    assert not is_in(browser)


def test_a_page_that_asks_by_itself_keeps_no_login_alive_but_a_person_does() -> None:
    anna = factories.user_with(Role.CLERK)
    browser = browser_of(anna)
    noted(browser, last_used=timedelta(minutes=100))
    before = browser.session["last_used"]
    assert browser.get("/inbox/list/", headers={"HX-Request": "true"}).status_code == 200
    assert browser.session["last_used"] == before
    assert browser.get("/inbox/").status_code == 200
    assert browser.session["last_used"] > before
    noted(browser, last_used=timedelta(minutes=121))
    browser.get("/inbox/list/", headers={"HX-Request": "true"})
    assert not is_in(browser)


def test_a_login_ends_after_its_time_however_busy_it_was() -> None:
    browser = browser_of(account())
    noted(browser, began=timedelta(hours=12, minutes=1), last_used=timedelta())
    answer = browser.get("/help/", follow=True)
    assert "gilt nur begrenzte Zeit" in answer.content.decode()


def test_logging_in_begins_the_time_anew() -> None:
    anna, browser = account(), Client()
    browser.post("/login/", {"username": anna.username, "password": PASSWORD})
    assert is_in(browser)
    noted(browser, last_used=timedelta(minutes=121))
    browser.get("/help/")
    browser.post("/login/", {"username": anna.username, "password": PASSWORD})
    assert is_in(browser)
    assert "ended" not in browser.session
