"""The second factor: asked after the password, guessed as slowly, used up, and taken off only by whoever has it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client

from dms.access.actors import actor_for, operator
from dms.access.attempts import FREE
from dms.access.models import User
from dms.access.permissions import Role
from dms.accounts.accounts import account_disable, password_reset
from dms.accounts.models import AuthenticatorApp, RecoveryCodes
from dms.accounts.sealing import unseal
from dms.accounts.second_factor.codes import second_factor_is_right
from dms.accounts.second_factor.keeping import app_set_up, new_secret
from dms.audit.models import EventRow
from dms.audit.verify import Tally, verify_all
from tests.factories import PASSWORD, account, user_with

pytestmark = pytest.mark.usefixtures("scope", "quick_passwords")
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


def with_app(name: str = "anna") -> tuple[User, pyotp.TOTP, list[str]]:
    """Set up yesterday, so that the code of now is a fresh one."""
    user, secret = account(name), new_secret()
    app = pyotp.TOTP(secret)
    return user, app, app_set_up(actor_for(user), user, secret, app.at(YESTERDAY), now=YESTERDAY)


def password(browser: Client, name: str = "anna", **more: str) -> Any:
    return browser.post("/login/", {"username": name, "password": PASSWORD, **more})


def code(browser: Client, typed: str) -> Any:
    return browser.post("/login/second/", {"code": typed})


def is_in(browser: Client) -> bool:
    return browser.get("/help/").status_code == 200


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def events() -> list[str]:
    return list(EventRow.objects.filter(chain="accounts").order_by("number").values_list("name", flat=True))


def test_the_password_alone_opens_nothing_and_the_code_leads_to_the_page_that_was_asked_for() -> None:
    _anna, app, _codes = with_app()
    browser = Client()
    assert password(browser, next="/plan/")["Location"] == "/login/second/"
    assert not is_in(browser)
    assert browser.get("/api/v1/inbox/").status_code == 401
    assert code(browser, app.now())["Location"] == "/plan/"
    assert is_in(browser)


def test_nobody_comes_to_the_second_step_without_the_first() -> None:
    _anna, app, _codes = with_app()
    assert code(Client(), app.now())["Location"] == "/login/"
    assert Client().get("/login/second/set-up/")["Location"] == "/login/"


def test_a_code_of_the_app_works_once() -> None:
    _anna, app, _codes = with_app()
    first, second, now = Client(), Client(), app.now()
    password(first)
    password(second)
    assert code(first, now).status_code == 302
    assert code(second, now).status_code == 200
    assert not is_in(second)


def test_codes_of_yesterday_and_of_another_app_do_not_work() -> None:
    anna, app, _codes = with_app()
    now = datetime.now(UTC)
    for wrong in (app.at(YESTERDAY), app.at(now + timedelta(minutes=5)), pyotp.TOTP(new_secret()).at(now), "", "\0"):
        assert not second_factor_is_right(anna, wrong, now=now)
    assert second_factor_is_right(anna, app.at(now - timedelta(seconds=30)), now=now)


def test_a_recovery_code_works_once_however_it_is_written_and_the_page_says_how_many_are_left() -> None:
    _anna, _app, codes = with_app()
    browser = Client()
    password(browser)
    code(browser, codes[0].upper().replace("-", " "))
    assert "9 sind noch übrig" in text_of(browser.get("/help/"))
    again = Client()
    password(again)
    assert code(again, codes[0]).status_code == 200
    assert code(again, codes[1]).status_code == 302
    assert events()[-2:] == ["account:recovery_code_used"] * 2


def test_guessing_codes_costs_time_and_not_even_the_right_one_helps_meanwhile() -> None:
    _anna, app, _codes = with_app()
    browser = Client()
    password(browser)
    for _ in range(FREE):
        assert code(browser, "000000").status_code == 200
    answer = code(browser, app.now())
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
    assert "Zu viele falsche Codes" in text_of(answer)
    password(browser)  # typing the password again is no way round
    assert code(browser, app.now()).status_code == 429


def test_a_login_that_has_begun_ends_with_a_new_password_or_a_disabled_account() -> None:
    root, now = operator("root"), datetime.now(UTC)
    for name, happen in (
        ("anna", lambda user: password_reset(root, user, "Ein-anderes-Kennwort", now=now)),
        ("bert", lambda user: account_disable(root, user, now=now)),
    ):
        user, app, _codes = with_app(name)
        browser = Client()
        password(browser, name)
        happen(user)
        assert code(browser, app.now())["Location"] == "/login/"
        assert not is_in(browser)


def test_a_login_that_has_begun_ends_after_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    from frontend.entering.begun import KEY

    _anna, app, _codes = with_app()
    browser = Client()
    password(browser)
    session = browser.session
    session[KEY] = {**session[KEY], "at": session[KEY]["at"] - 601}
    session.save()
    assert code(browser, app.now())["Location"] == "/login/"


def test_setting_up_shows_a_picture_and_the_secret_and_takes_a_code_of_the_app() -> None:
    account()
    browser = Client()
    password(browser)
    page = browser.get("/account/second-factor/").content.decode()
    assert "<svg" in page
    assert "style=" not in page
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")  # type: ignore[index]
    wrong = browser.post("/account/second-factor/", {"code": "000000"})
    assert "Der Code stimmt nicht" in text_of(wrong)
    assert secret in wrong.content.decode().replace(" ", "")
    done = browser.post("/account/second-factor/", {"code": pyotp.TOTP(secret).now()})
    assert len(re.findall(r"<li><code>(?:\w{4}-){3}\w{4}</code>", done.content.decode())) == 10
    assert "Die Authenticator-App ist eingerichtet." in text_of(done)
    assert events()[-1] == "account:second_factor_set_up"
    assert browser.get("/account/second-factor/").status_code == 302, "set up already"
    assert "Noch 10 Wiederherstellungscodes" in text_of(browser.get("/account/"))


def test_the_secret_lies_encrypted_in_the_database_and_in_no_event(settings: LazySettings) -> None:
    _anna, app, codes = with_app()
    kept = AuthenticatorApp.objects.get()
    assert app.secret not in kept.secret
    assert unseal(kept.secret) == app.secret
    bodies = "".join(EventRow.objects.values_list("body", flat=True))
    assert not any(word in bodies for word in (app.secret, kept.secret, codes[0], codes[0].replace("-", "")))


def test_a_new_secret_key_reads_what_the_old_one_encrypted_if_it_is_told(settings: LazySettings) -> None:
    anna, app, _codes = with_app()
    old, now = settings.SECRET_KEY, datetime.now(UTC)
    settings.SECRET_KEY = "another"
    assert not second_factor_is_right(anna, app.at(now), now=now)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert second_factor_is_right(anna, app.at(now), now=now)


def test_it_is_switched_off_only_with_password_and_code_together() -> None:
    _anna, app, codes = with_app()
    browser = Client()
    password(browser)
    code(browser, app.now())
    off = "/account/second-factor/off/"
    for wrong in ({"password": PASSWORD}, {"code": codes[0]}, {"password": "falsch", "code": codes[0]}):
        assert "Kennwort oder Code stimmen nicht" in text_of(browser.post(off, wrong))
    assert browser.post(off, {"password": PASSWORD, "code": codes[0]}).status_code == 302
    assert not AuthenticatorApp.objects.exists()
    assert not RecoveryCodes.objects.exists()
    assert events()[-1] == "account:second_factor_removed"
    assert password(Client())["Location"] == "/"


def test_guessing_where_it_is_switched_off_costs_time_too() -> None:
    _anna, app, codes = with_app()
    browser = Client()
    password(browser)
    code(browser, app.now())
    for _ in range(FREE):
        browser.post("/account/second-factor/off/", {"password": PASSWORD, "code": "000000"})
    answer = browser.post("/account/second-factor/off/", {"password": PASSWORD, "code": codes[0]})
    assert answer.status_code == 429
    assert AuthenticatorApp.objects.exists()


def test_new_recovery_codes_replace_those_from_before() -> None:
    anna, app, codes = with_app()
    browser = Client()
    password(browser)
    code(browser, app.now())
    answer = browser.post("/account/second-factor/codes/", {"password": PASSWORD, "code": codes[0]})
    new = re.findall(r"<code>((?:\w{4}-){3}\w{4})</code>", answer.content.decode())
    now = datetime.now(UTC)
    assert not second_factor_is_right(anna, codes[1], now=now)
    assert second_factor_is_right(anna, new[0], now=now)
    assert events()[-2:] == ["account:recovery_codes_renewed", "account:recovery_code_used"]


@pytest.mark.parametrize("asked", [["everybody"], ["rights", "registry"]])
def test_whom_the_town_asks_for_it_sets_it_up_before_anything_else(asked: list[str], settings: LazySettings) -> None:
    settings.SECOND_FACTOR_FOR = asked
    account()
    user_with(Role.RIGHTS, name="anna")
    browser = Client()
    assert password(browser, next="/plan/")["Location"] == "/login/second/set-up/"
    assert not is_in(browser)
    page = browser.get("/login/second/set-up/").content.decode()
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")  # type: ignore[index]
    done = browser.post("/login/second/set-up/", {"code": pyotp.TOTP(secret).now()})
    assert 'href="/plan/"' in done.content.decode()
    assert is_in(browser)
    assert "vorgeschrieben" in text_of(browser.get("/account/second-factor/off/"))
    later = Client()
    assert password(later)["Location"] == "/login/second/"


def test_what_the_town_prescribes_is_not_switched_off_by_a_form_made_by_hand(settings: LazySettings) -> None:
    _anna, app, codes = with_app()
    browser = Client()
    password(browser)
    code(browser, app.now())
    settings.SECOND_FACTOR_FOR = ["everybody"]
    answer = browser.post("/account/second-factor/off/", {"password": PASSWORD, "code": codes[0]})
    assert answer.status_code == 409
    assert AuthenticatorApp.objects.exists()


def test_others_than_those_asked_decide_for_themselves(settings: LazySettings) -> None:
    settings.SECOND_FACTOR_FOR = ["rights"]
    account()
    assert password(Client())["Location"] == "/"


def test_the_password_alone_never_replaces_a_second_factor_that_is_there(settings: LazySettings) -> None:
    settings.SECOND_FACTOR_FOR = ["everybody"]
    _anna, app, _codes = with_app()
    browser = Client()
    password(browser)
    for answer in (browser.get("/login/second/set-up/"), browser.post("/login/second/set-up/", {"code": app.now()})):
        assert answer["Location"] == "/login/"
    assert not is_in(browser)


def test_the_operator_takes_a_lost_one_off_and_sessions_end(capsys: pytest.CaptureFixture[str]) -> None:
    _anna, app, _codes = with_app()
    browser = Client()
    password(browser)
    code(browser, app.now())
    call_command("user", "--list")
    assert capsys.readouterr().out.splitlines()[1].endswith("\tapp")
    call_command("user", "anna", "--reset-second-factor")
    assert "password alone" in capsys.readouterr().err
    assert not is_in(browser)
    assert password(Client())["Location"] == "/"
    row = EventRow.objects.get(name="account:second_factor_reset")
    assert row.actor.startswith("operator:")
    assert list(verify_all(Tally())) == []
    call_command("user", "anna", "--reset-second-factor")
    assert "had none" in capsys.readouterr().err


def test_a_secret_put_in_from_outside_shows_in_the_proof() -> None:
    with_app()
    assert list(verify_all(Tally())) == []
    AuthenticatorApp.objects.update(secret="planted")
    assert list(verify_all(Tally())) != []


def test_a_misspelled_role_in_the_setting_stops_the_start(settings: LazySettings) -> None:
    from config.checks import second_factor_is_asked_of_roles_that_exist

    settings.SECOND_FACTOR_FOR = ["rihgts"]
    assert [one.id for one in second_factor_is_asked_of_roles_that_exist(None)] == ["config.E002"]
    settings.SECOND_FACTOR_FOR = ["everybody", "rights"]
    assert second_factor_is_asked_of_roles_that_exist(None) == []
