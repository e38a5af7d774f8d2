"""What ends with an account, a password or a token, ends on the next request, in browsers and programs."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth import authenticate
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from dms.access.actors import operator
from dms.access.models import User
from dms.access.permissions import Role
from dms.accounts.accounts import account_disable, account_enable, password_reset
from dms.accounts.sessions import sessions_of
from dms.accounts.tokens import tokens_withdraw
from dms.audit.models import EventRow
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


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def logged_in(user: User, agent: str = FIREFOX) -> Client:
    browser = Client(headers={"user-agent": agent})
    browser.post("/login/", {"username": user.username, "password": PASSWORD})
    return browser


def test_somebody_sees_where_they_are_logged_in_and_ends_one_or_all_others() -> None:
    anna, bert = account(), logged_in(account("bert"))
    here, phone, lost = logged_in(anna), logged_in(anna, "Mozilla/5.0 (iPhone) Safari/604.1"), logged_in(anna, "")
    page = here.get("/account/sessions/").content.decode()
    assert page.count("Firefox unter Windows") == 1, "this one cannot be ended here, so no button names it"
    assert page.index("dieser hier") < page.index("Safari unter iOS")
    assert "Unbekannter Browser" in page
    keys = [str(browser.session.session_key) for browser in (here, phone, lost)]
    assert not any(key in page for key in keys)
    handles = re.findall(r'name="session" value="(\w+)"', page)
    assert len(handles) == 2
    for handle in handles:
        bert.post("/account/sessions/", {"session": handle})
    bert.post("/account/sessions/")
    assert all(is_in(browser) for browser in (here, phone, lost, bert)), "others' sessions are nobody's to end"
    handle_of = {one.key: one.handle for one in sessions_of(anna, now=now())}
    ended = here.post("/account/sessions/", {"session": handle_of[keys[1]]}, follow=True)
    assert "Diese Anmeldung ist beendet" in ended.content.decode()
    assert [is_in(browser) for browser in (here, phone, lost)] == [True, False, True]
    assert "nur noch hier angemeldet; 1 andere" in here.post("/account/sessions/", follow=True).content.decode()
    assert [is_in(browser) for browser in (here, lost)] == [True, False]
    assert "Sie sind nur hier angemeldet" in here.get("/account/sessions/").content.decode()
    told = EventRow.objects.filter(name="account:sessions_ended")
    assert [json.loads(one.body)["facts"] for one in told] == [{"sessions": 1}] * 2
    assert {one.actor for one in told} == {"user:anna"}


def test_more_logins_than_allowed_end_the_oldest_and_it_is_told(settings: LazySettings) -> None:
    settings.SESSIONS_AT_ONCE = 2
    anna = account()
    browsers = [logged_in(anna) for _ in range(3)]
    assert "die älteste Anmeldung beendet" in browsers[0].get("/help/", follow=True).content.decode()
    assert [is_in(browser) for browser in browsers] == [False, True, True]
    again = logged_in(anna)
    assert [is_in(browser) for browser in (*browsers, again)] == [False, False, True, True]
    assert is_in(logged_in(account("bert")))


def test_an_administrator_ends_all_sessions_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    anna, bert = browser_of(account()), browser_of(account("bert"))
    call_command("user", "anna", "--end-sessions")
    assert "1 session(s) of anna have ended" in capsys.readouterr().err
    assert [is_in(anna), is_in(bert)] == [False, True]
    assert EventRow.objects.get(name="account:sessions_ended").actor.startswith("operator:")
