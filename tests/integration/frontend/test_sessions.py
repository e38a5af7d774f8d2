"""What ends with an account, a password or a token, ends on the next request, in browsers and programs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth import authenticate
from django.contrib.sessions.models import Session
from django.test import Client
from rest_framework.test import APIClient

from dms.access.actors import operator
from dms.access.models import User
from dms.accounts.accounts import account_disable, account_enable, password_reset
from dms.accounts.tokens import tokens_withdraw
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
