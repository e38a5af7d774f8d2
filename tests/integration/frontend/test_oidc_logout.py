"""The provider says that a login there has ended: what it opened here ends, and nothing else does."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.test import Client

from dms.access.models import User
from dms.accounts.models import OutsideIdentity, SpentLogout
from dms.accounts.outside_logout import PROVIDER_SESSION, logouts_tidy
from dms.adapters.chosen import oidc_provider
from dms.adapters.oidc_logout import EVENT
from dms.audit.models import EventRow
from dms.audit.verify import Tally, verify_all
from tests.oidc_provider import CLIENT, OidcServer

pytestmark = pytest.mark.usefixtures("scope", "quick_passwords")
HERE = "http://testserver"
ADDRESS = "/login/oidc/logout/"


def logged_in(there: OidcServer, name: str = "", session: str = "") -> tuple[Client, str]:
    """`session`: as if the provider had named it in its ID token, which Canaille does not."""
    browser, name = Client(), name or f"anna-{uuid4().hex[:8]}"
    if not User.objects.filter(username=name).exists():
        there.person(name)
    browser.get(there.person_comes_from(browser.get("/login/oidc/")["Location"], name).removeprefix(HERE))
    held = browser.session
    held[PROVIDER_SESSION] = session
    held.save()
    return browser, name


def subject(there: OidcServer, name: str) -> str:
    return OutsideIdentity.objects.get(user__username=name).subject.removeprefix(f"{there.issuer} ")


def claims(there: OidcServer, **other: Any) -> dict[str, Any]:
    now = int(time.time())
    all_of_it = {
        "iss": there.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": uuid4().hex,
        "events": {EVENT: {}}, **other,
    }  # fmt: skip
    return {name: value for name, value in all_of_it.items() if value is not None}


def tell(there: OidcServer, token: str) -> int:
    answer = Client(enforce_csrf_checks=True).post(ADDRESS, {"logout_token": token})
    assert "no-store" in answer["Cache-Control"]
    return answer.status_code


def is_in(browser: Client) -> bool:
    return browser.get("/help/").status_code == 200


def test_all_sessions_of_a_login_there_end_and_those_by_the_password_here_stay(there: OidcServer) -> None:
    first, name = logged_in(there)
    second, _name = logged_in(there, name)
    other, _other = logged_in(there)
    here = Client()
    here.force_login(User.objects.get(username=name))
    assert tell(there, there.signed(claims(there, sub=subject(there, name)), typ="logout+jwt")) == 200
    assert [is_in(one) for one in (first, second, other, here)] == [False, False, True, True]
    event = EventRow.objects.get(name="account:sessions_ended")
    assert event.actor == "system:oidc"
    assert list(verify_all(Tally())) == []


def test_only_the_session_that_is_named_ends(there: OidcServer) -> None:
    first, name = logged_in(there, session="one")
    second, _name = logged_in(there, name, session="two")
    assert tell(there, there.signed(claims(there, sid="one"))) == 200
    assert [is_in(first), is_in(second)] == [False, True]
    assert tell(there, there.signed(claims(there, sid="one", sub=subject(there, name)))) == 200, "none is left of it"
    assert tell(there, there.signed(claims(there, sid="two", sub="somebody else"))) == 200
    assert is_in(second)


def test_a_login_that_waits_for_its_second_factor_ends_too(there: OidcServer, settings: LazySettings) -> None:
    settings.SECOND_FACTOR_FOR = ["everybody"]
    browser, name = logged_in(there)
    assert browser.get("/login/second/set-up/").status_code == 200
    assert tell(there, there.signed(claims(there, sub=subject(there, name)))) == 200
    assert browser.get("/login/second/set-up/")["Location"] == "/login/"


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://boese.example"}, {"aud": "another"}, {"aud": None}, {"iat": None}, {"iat": "now"},
        {"iat": True}, {"iat": 1}, {"iat": 10**11}, {"exp": 1}, {"exp": "never"}, {"jti": None}, {"jti": ""},
        {"jti": 7}, {"events": None}, {"events": {}}, {"events": [EVENT]}, {"events": {EVENT: True}}, {"nonce": "x"},
        {"nonce": ""}, {"sub": None}, {"sub": ["a"]}, {"sub": "a" * 256}, {"sid": 7},
    ],
)  # fmt: skip
def test_what_is_not_a_word_of_the_provider_to_us_and_now_ends_nothing(
    there: OidcServer, wrong: dict[str, Any]
) -> None:
    browser, name = logged_in(there)
    assert tell(there, there.signed(claims(there, **{"sub": subject(there, name), **wrong}))) == 400
    assert is_in(browser)
    assert not SpentLogout.objects.exists()


def test_what_somebody_else_signed_or_nobody_ends_nothing(there: OidcServer) -> None:
    from joserfc import jwt
    from joserfc.jwk import OctKey, RSAKey

    browser, name = logged_in(there)
    said = claims(there, sub=subject(there, name))
    header, secret = {"alg": "RS256", "kid": there.key.kid}, OctKey.import_key("a secret of thirty-two letters..")
    real = there.signed(said)
    for token in (
        jwt.encode(header, said, RSAKey.generate_key(2048)),
        jwt.encode({"alg": "RS256", "kid": "unknown"}, said, RSAKey.generate_key(2048)),
        jwt.encode({"alg": "HS256", "kid": there.key.kid}, said, secret),
        real[:-8] + "AAAAAAAA", real.rpartition(".")[0] + ".", "", "a.b.c", "x" * 20000,
    ):  # fmt: skip
        assert tell(there, token) == 400
    assert is_in(browser)


def test_a_word_of_the_provider_works_once(there: OidcServer) -> None:
    browser, name = logged_in(there)
    token = there.signed(claims(there, sub=subject(there, name)))
    assert tell(there, token) == 200
    browser, _name = logged_in(there, name)
    assert tell(there, token) == 400
    assert is_in(browser)
    from datetime import UTC, datetime, timedelta

    assert logouts_tidy(now=datetime.now(UTC) + timedelta(minutes=59)) == 0
    assert logouts_tidy(now=datetime.now(UTC) + timedelta(minutes=61)) == 1


def test_strangers_make_us_ask_for_keys_once_a_minute_at_most(
    there: OidcServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, asked = oidc_provider(), 0
    fresh = type(provider)._fresh_keys

    def counted(one: Any) -> Any:
        nonlocal asked
        asked += 1
        return fresh(one)

    monkeypatch.setattr(type(provider), "_fresh_keys", counted)
    for number in range(5):
        assert tell(there, there.signed(claims(there, sub="x"), kid=f"unknown {number}")) == 400
    assert asked == 1


def test_where_nobody_logs_in_by_oidc_nobody_says_so() -> None:
    assert Client().post(ADDRESS, {"logout_token": "x"}).status_code == 404
    assert Client().get(ADDRESS).status_code == 405
