"""Logging in: in the reader's language, patient with people, tedious for guessers, and never off to another site."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import LazySettings
from django.test import Client

from dms.access.attempts import FREE
from dms.access.models import LoginAttempts, User
from tests.factories import PASSWORD, account

pytestmark = pytest.mark.usefixtures("scope", "quick_passwords")

WRONG = "Name oder Kennwort stimmen nicht."
TOO_MANY = "Zu viele falsche Kennwörter für dieses Konto."


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def log_in(browser: Client, name: str = "anna", password: str = PASSWORD, **more: str) -> Any:
    return browser.post("/login/", {"username": name, "password": password, **more})


def fail(browser: Client, name: str = "anna", times: int = 1) -> Any:
    return [log_in(browser, name, "falsch") for _ in range(times)][-1]


def test_a_wrong_password_is_told_with_what_to_do_next() -> None:
    account()
    answer = fail(Client())
    assert answer.status_code == 200
    assert WRONG in text_of(answer)
    assert "hilft Ihre Verwaltung" in text_of(answer)


def test_who_guesses_has_to_wait_and_not_even_the_right_password_helps_meanwhile() -> None:
    account()
    stranger = Client()
    fail(stranger, times=FREE)
    answer = log_in(stranger)
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 2
    assert TOO_MANY in text_of(answer)
    assert "_auth_user_id" not in stranger.session


def test_spaces_around_the_name_give_no_more_guesses() -> None:
    account()
    for spaces in range(FREE):
        fail(Client(), " " * spaces + "anna" + " " * 200 * spaces)
    assert fail(Client(), " " * 200 + "anna").status_code == 429


def test_a_name_that_nobody_has_answers_like_one_that_somebody_has_and_like_a_disabled_one() -> None:
    account()
    User.objects.filter(pk=account("bert").pk).update(is_active=False)
    told = {}
    for name in ("anna", "bert", "nobody"):
        answers = [fail(Client(), name) for _ in range(FREE + 1)]
        told[name] = [
            (a.status_code, re.sub(r'value="[^"]*"|\d Sekunden?', "", text_of(a).replace(name, ""))) for a in answers
        ]
    assert told["anna"] == told["bert"] == told["nobody"]


def test_an_office_behind_one_address_is_not_kept_out_by_one_guesser() -> None:
    account()
    account("bert")
    fail(Client(), times=FREE + 1)
    assert log_in(Client(), "bert").status_code == 302


def test_a_browser_that_was_logged_in_before_is_not_kept_out_by_a_stranger() -> None:
    account()
    known = Client()
    log_in(known)
    known.post("/logout/")
    fail(Client(), times=FREE + 1)
    assert log_in(Client()).status_code == 429
    assert log_in(known).status_code == 302


def test_a_known_browser_has_to_wait_too_and_cannot_vouch_for_another_account() -> None:
    account()
    account("bert")
    known = Client()
    log_in(known)
    known.post("/logout/")
    fail(known, times=FREE)
    assert log_in(known).status_code == 429
    fail(Client(), "bert", times=FREE)
    assert log_in(known, "bert").status_code == 429


def test_a_forged_cookie_makes_no_browser_known() -> None:
    account()
    for _ in range(FREE + 1):
        stranger = Client()
        stranger.cookies["registratur_browser"] = "eyJhIjoxfQ:1abc:forged"
        answer = fail(stranger)
    assert answer.status_code == 429


def test_the_right_password_forgets_the_wrong_ones() -> None:
    account()
    browser = Client()
    fail(browser, times=FREE - 1)
    assert log_in(browser).status_code == 302
    assert not LoginAttempts.objects.exists()


def test_the_cookie_of_a_known_browser_is_for_the_login_alone_and_no_script_sees_it(settings: LazySettings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    account()
    cookie = log_in(Client()).cookies["registratur_browser"]
    assert (cookie["path"], cookie["samesite"], cookie["secure"], cookie["httponly"]) == (
        "/login/",
        "Strict",
        True,
        True,
    )
    assert "anna" not in cookie.value


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.org/",
        "//example.org/",
        "/\\example.org/",
        "javascript:alert(1)",
        "http:///example.org",
        "\t//x.org",
    ],
)
def test_after_login_and_language_nobody_lands_on_another_site(elsewhere: str) -> None:
    account()
    browser = Client()
    assert log_in(browser, next=elsewhere)["Location"] == "/"
    assert browser.get("/login/", {"next": elsewhere})["Location"] == "/"
    chosen = browser.post("/language/", {"language": "en", "next": elsewhere})
    assert chosen["Location"].startswith("/")
    assert not chosen["Location"].startswith("//")


@pytest.mark.parametrize(
    ("referrer", "back"),
    [
        ("http://testserver/account/?x=1", "/account/?x=1"),
        ("https://example.org/account/", "/"),
        ("", "/"),
        ("//example.org", "/"),
    ],
)
def test_who_logs_in_again_over_a_form_comes_back_to_the_page_with_the_form(referrer: str, back: str) -> None:
    for form in ("/inbox/upload/", "/account/tokens/", "/logout/"):
        answer = Client().post(form, headers={"referer": referrer})
        assert (answer.status_code, answer["Location"]) == (302, f"/login/?{urlencode({'next': back}, safe='/')}")


def test_after_login_one_lands_where_one_wanted_to_go() -> None:
    account()
    assert log_in(Client(), next="/inbox/?state=help")["Location"] == "/inbox/?state=help"


@pytest.mark.parametrize(
    ("browser_prefers", "language"),
    [
        (None, "de"),
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("en-US,en;q=0.9,de;q=0.8", "en"),
        ("en;q=0.5,de-AT", "de"),
        ("fr-FR,fr", "de"),
        ("fr,en;q=0.5", "en"),
        ("x" * 5000, "de"),
    ],
)
def test_the_login_speaks_the_language_that_the_browser_prefers(browser_prefers: str | None, language: str) -> None:
    headers = {"accept-language": browser_prefers} if browser_prefers else {}
    answer = Client().get("/login/", headers=headers)
    assert answer["Content-Language"] == language
    assert {"de": "Kennwort", "en": "Password"}[language] in text_of(answer)
    assert "Accept-Language" in answer["Vary"]


def test_a_choice_is_kept_with_the_account_at_every_device_until_it_is_left_to_the_browser_again() -> None:
    account()
    first, second = Client(), Client(headers={"accept-language": "de"})
    log_in(first)
    log_in(second)
    assert second.get("/help/")["Content-Language"] == "de"
    first.post("/language/", {"language": "en", "next": "/help/"})
    assert second.get("/help/")["Content-Language"] == "en"
    second.post("/language/", {"language": "auto"})
    assert User.objects.get().language == ""
    assert second.get("/help/")["Content-Language"] == "de"


def test_one_readers_language_is_not_left_to_the_next() -> None:
    english = Client(headers={"accept-language": "en"})
    assert english.get("/login/")["Content-Language"] == "en"
    assert "Diese Anfrage war nicht zu verstehen" in text_of(
        Client().get("/login/", headers={"host": "nobody.example"})
    )


def test_an_unknown_language_changes_nothing() -> None:
    account()
    browser = Client()
    log_in(browser)
    browser.post("/language/", {"language": "xx"})
    assert User.objects.get().language == ""
    assert browser.get("/language/").status_code == 405


@pytest.mark.parametrize("name", ["", "\0", "x" * 100_000, "ä" * 200, "'; DROP TABLE access_user; --"])
def test_nonsense_as_a_name_is_a_wrong_name(name: str) -> None:
    assert log_in(Client(), name).status_code == 200
