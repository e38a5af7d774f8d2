"""Who has no password here shows in another way that it is they, before what opens the account is changed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client

from dms.access.actors import actor_for
from dms.access.attempts import FREE
from dms.access.models import User
from dms.accounts.models import AuthenticatorApp, RecoveryCodes
from dms.accounts.second_factor.keeping import app_set_up, new_secret
from dms.adapters.chosen import oidc_provider
from dms.adapters.oidc import Begun
from dms.adapters.oidc_errors import LoginIsOld
from dms.adapters.oidc_token import check_login_is_fresh
from frontend.entering.confirming import KEY
from tests.factories import PASSWORD, account
from tests.oidc_provider import OidcServer

pytestmark = pytest.mark.usefixtures("scope", "quick_passwords")
HERE = "http://testserver"
CONFIRM, OFF, CODES = "/account/confirm/", "/account/second-factor/off/", "/account/second-factor/codes/"
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


def logged_in(there: OidcServer) -> tuple[Client, str]:
    browser, name = Client(), f"anna-{uuid4().hex[:8]}"
    there.person(name)
    back = there.person_comes_from(browser.get("/login/oidc/")["Location"], name)
    browser.get(back.removeprefix(HERE))
    return browser, name


def with_app(user: User) -> list[str]:
    import pyotp

    secret = new_secret()
    return app_set_up(actor_for(user), user, secret, pyotp.TOTP(secret).at(YESTERDAY), now=YESTERDAY)


def to_provider(browser: Client, next_page: str) -> str:
    answer = browser.post(CONFIRM, {"provider": "1", "next": next_page})
    return str(answer["Refresh"].removeprefix("0; url="))


def confirmed_there(browser: Client, there: OidcServer, name: str, next_page: str = OFF) -> Any:
    return browser.get(there.person_comes_from(to_provider(browser, next_page), name).removeprefix(HERE), follow=True)


def page(answer: Any) -> str:
    return str(answer.content.decode())


def test_who_logs_in_at_the_provider_logs_in_there_once_more_and_switches_the_app_off(there: OidcServer) -> None:
    browser, name = logged_in(there)
    codes = with_app(User.objects.get(username=name))
    assert "bestätigen Sie zuerst bei Rathaus-Konto" in page(browser.get(OFF))
    browser.post(OFF, {"code": codes[0]})
    assert AuthenticatorApp.objects.exists(), "the code alone is not enough"
    asked = parse_qs(urlsplit(to_provider(browser, OFF)).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["60"])
    answer = confirmed_there(browser, there, name)
    assert answer.redirect_chain[-1][0] == OFF
    assert "Sie haben bestätigt, dass Sie es sind" in page(answer)
    browser.post(OFF, {"code": "000000"})
    assert AuthenticatorApp.objects.exists(), "nor is the login there alone"
    assert browser.post(OFF, {"code": codes[0]}).status_code == 302
    assert not AuthenticatorApp.objects.exists()


def test_what_was_confirmed_is_good_for_one_change_and_for_five_minutes(there: OidcServer) -> None:
    browser, name = logged_in(there)
    codes = with_app(User.objects.get(username=name))
    confirmed_there(browser, there, name, CODES)
    new = re.findall(r"<code>((?:\w{4}-){3}\w{4})</code>", page(browser.post(CODES, {"code": codes[0]})))
    kept = RecoveryCodes.objects.get().digests
    assert len(new) == len(kept) == 10
    browser.post(CODES, {"code": new[0]})
    assert RecoveryCodes.objects.get().digests == kept
    confirmed_there(browser, there, name, CODES)
    session = browser.session
    session[KEY] = {factor: at - 301 for factor, at in session[KEY].items()}
    session.save()
    assert "bestätigen Sie zuerst" in page(browser.get(CODES))


def test_whoever_has_another_account_there_confirms_nothing(there: OidcServer) -> None:
    browser, name = logged_in(there)
    with_app(User.objects.get(username=name))
    other = f"bert-{uuid4().hex[:8]}"
    there.person(other)
    assert "als jemand anderes angemeldet" in page(confirmed_there(browser, there, other))
    assert KEY not in browser.session


def test_an_answer_to_a_plain_login_is_no_confirmation(there: OidcServer) -> None:
    """Whoever sits at the browser takes `prompt` and `max_age` out of the address: the old login there answers."""
    browser, name = logged_in(there)
    user = User.objects.get(username=name)
    with_app(user)
    to_provider(browser, OFF)
    session = browser.session
    waiting = session["oidc_begun"]
    later = (datetime.now(UTC) + timedelta(minutes=5)).timestamp()
    session["oidc_begun"] = {state: {**note, "at": later} for state, note in waiting.items()}
    session.save()
    [(state, note)] = waiting.items()
    begun = Begun(state, note["nonce"], note["verifier"], note["redirect_uri"])
    plain = oidc_provider().login_address(begun)
    answer = browser.get(there.person_comes_from(plain, name).removeprefix(HERE), follow=True)
    assert "nicht bestätigt, dass Sie sich eben neu angemeldet haben" in page(answer)
    assert KEY not in browser.session


@pytest.mark.parametrize("told", [None, True, "now", 0, 939])
def test_a_provider_that_does_not_tell_of_a_fresh_login_confirms_nothing(told: Any) -> None:
    asked_at = datetime.fromtimestamp(1000, tz=UTC)
    check_login_is_fresh({"auth_time": 940}, asked_at)
    with pytest.raises(LoginIsOld):
        check_login_is_fresh({"auth_time": told}, asked_at)


def test_a_code_of_the_app_confirms_for_a_passkey_but_is_no_password(there: OidcServer) -> None:
    browser, name = logged_in(there)
    assert "Bitte bestätigen Sie zuerst" in page(browser.post("/account/passkeys/", {"name": "x"}, follow=True))
    assert "Mit dem Code bestätigen" not in page(browser.get(CONFIRM))
    codes = with_app(User.objects.get(username=name))
    assert "Das stimmt nicht" in page(browser.post(CONFIRM, {"code": "wrong"}))
    answer = browser.post(CONFIRM, {"code": codes[0], "next": "/account/"}, follow=True)
    assert "Passkey hinzufügen" in page(answer)
    assert "Passkey wurde nicht angenommen" in page(browser.post("/account/passkeys/", {"name": "x"}, follow=True))
    assert KEY in browser.session, "nothing has changed"
    assert "bestätigen Sie zuerst bei" in page(browser.get(OFF))


def test_guessing_there_costs_time_too() -> None:
    user, browser = account("anna"), Client()
    browser.force_login(user)
    codes = with_app(user)
    for _ in range(FREE):
        browser.post(CONFIRM, {"code": "000000"})
    assert browser.post(CONFIRM, {"code": codes[0]}).status_code == 429
    assert browser.post(CONFIRM, {"password": PASSWORD}).status_code == 429


def test_who_has_a_password_confirms_with_it_and_is_led_to_no_other_site() -> None:
    browser = Client()
    browser.force_login(account("anna"))
    answer = browser.post(CONFIRM, {"password": PASSWORD, "next": "https://boese.example/"})
    assert answer["Location"] == "/"
    assert set(browser.session[KEY]) == {"known"}


def test_a_passkey_is_asked_for_with_the_person_made_sure_of_and_a_wrong_one_confirms_nothing() -> None:
    browser = Client()
    browser.force_login(account("anna"))
    asked = browser.post("/login/passkey/question/", {"step": "confirm"}).json()
    assert asked["publicKey"]["userVerification"] == "required"
    assert "Das stimmt nicht" in page(browser.post(CONFIRM, {"credential": "{}"}))
    assert KEY not in browser.session


def test_an_account_with_no_way_left_is_told_who_helps() -> None:
    user, browser = account("anna"), Client()
    user.set_unusable_password()
    user.save()
    browser.force_login(user)
    assert "Dafür gibt es hier zurzeit keinen Weg" in page(browser.get(CONFIRM))
    assert "Dafür gibt es hier zurzeit keinen Weg" in page(browser.post(CONFIRM, {"provider": "1"}))
