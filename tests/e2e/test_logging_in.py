"""Logging in as people do it, second factor and all."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

import pyotp
import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.e2e.visiting import visit
from tests.oidc_provider import PASSWORD as PASSWORD_THERE
from tests.oidc_provider import OidcServer

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def type_password(page: Page) -> None:
    from tests.e2e.conftest import PASSWORD

    visit(page, "/login/?next=/plan/")
    page.get_by_label("Name").fill("clerk")
    page.get_by_label("Kennwort").fill(PASSWORD)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_a_set_up_link_leads_to_a_password_and_its_code_leaves_the_address(
    new_page: Callable[..., Page], phone: bool
) -> None:
    from django.utils import timezone

    from dms.access.actors import operator
    from dms.accounts.keeping import account_make
    from dms.accounts.setting_up import setup_link_issue

    page, now, root = new_page(logged_in=False, phone=phone), timezone.now(), operator("root")
    anna = account_make(root, "anna", reason="Neue Kollegin", now=now)
    visit(page, f"/login/first/#{setup_link_issue(root, anna, now=now)}")
    expect(page).to_have_url("/login/first/")
    expect(page.get_by_label("Link oder Code")).to_be_hidden()
    for password, again in (("Sonne Kiesel Taube", "Sonne"), ("Sonne Kiesel Taube", "Sonne Kiesel Taube")):
        page.get_by_label("Kennwort", exact=True).fill(password)
        page.get_by_label("Kennwort noch einmal").fill(again)
        page.keyboard.press("Enter")
        if again != password:
            expect(page.get_by_text("Die beiden Kennwörter sind verschieden.")).to_be_visible()
            expect(page.get_by_label("Link oder Code")).to_be_hidden()
    expect(page.get_by_text("Ihr Anmeldename ist „anna“")).to_be_visible()
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Kennwort").fill("Sonne Kiesel Taube")
    page.keyboard.press("Enter")
    expect(page.get_by_text("mit dem Link gewählt, den root (IT-Betrieb) ausgestellt hat")).to_be_visible()


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_a_prescribed_second_factor_is_set_up_in_the_middle_of_the_login_and_asked_at_the_next(
    new_page: Callable[..., Page], phone: bool, settings: LazySettings
) -> None:
    settings.SECOND_FACTOR_FOR = ["rights"]
    page = new_page(logged_in=False, phone=phone)
    type_password(page)
    picture = page.locator("svg.qr").bounding_box()
    assert picture is not None
    assert picture["width"] >= 200, "a camera has to read it"
    app = pyotp.TOTP(page.locator("#secret").inner_text().replace(" ", ""))
    page.get_by_label("Code", exact=True).fill(app.now())
    page.keyboard.press("Enter")
    codes = page.locator("#recovery-codes code")
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text()
    page.get_by_role("link", name="Ich habe sie verwahrt").click()
    expect(page).to_have_url("/plan/")

    again = new_page(logged_in=False, phone=phone)
    type_password(again)
    expect(again.get_by_label("Code", exact=True)).to_be_focused()
    again.keyboard.type("000000")
    again.keyboard.press("Enter")
    expect(again.get_by_role("alert")).to_contain_text("Der Code stimmt nicht")
    expect(again.get_by_label("Code", exact=True)).to_be_focused()
    again.keyboard.type(recovery)
    again.keyboard.press("Enter")
    expect(again).to_have_url("/plan/")
    assert again.get_by_text("9 sind noch übrig").is_visible()


def with_device(page: Page, **can: bool) -> None:
    """Chromium's own authenticator in software: a laptop with a fingerprint reader, and a finger on it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    able = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True, **can}
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True, **able}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def add_passkey(page: Page) -> str:
    """Gives one of the recovery codes."""
    from tests.e2e.conftest import PASSWORD

    visit(page, "/account/")
    page.get_by_label("Name des Geräts").fill("Laptop im Bauamt")
    page.get_by_label("Ihr Kennwort").fill(PASSWORD)
    page.get_by_role("button", name="Passkey hinzufügen").click()
    expect(page.locator("#recovery-codes code")).to_have_count(10)
    return page.locator("#recovery-codes code").first.inner_text()


def log_out(page: Page) -> None:
    page.context.clear_cookies()


def test_a_passkey_opens_the_account_instead_of_name_and_password(page: Page) -> None:
    with_device(page)
    add_passkey(page)
    log_out(page)
    visit(page, "/login/?next=/plan/")
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    expect(page).to_have_url("/plan/")
    visit(page, "/account/")
    expect(page.locator("#second-factor")).to_contain_text("Laptop im Bauamt")
    expect(page.locator("#second-factor")).to_contain_text("zuletzt benutzt")


def test_a_passkey_that_knows_no_finger_is_a_second_factor_after_the_password(
    page: Page, complaints: list[str]
) -> None:
    with_device(page, hasUserVerification=False, isUserVerified=False)
    add_passkey(page)
    log_out(page)
    type_password(page)
    page.get_by_role("button", name="Passkey benutzen").click()
    expect(page).to_have_url("/plan/")
    log_out(page)
    visit(page, "/login/")
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    expect(page.get_by_role("alert")).to_contain_text("keinen Passkey geliefert")


def test_an_answer_of_a_passkey_works_once_and_only_where_it_was_asked(page: Page, live_server: LiveServer) -> None:
    with_device(page)
    add_passkey(page)
    log_out(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    visit(page, "/login/?next=/plan/")
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    expect(page).to_have_url("/plan/")
    credential = parse_qs(sent[-1])["credential"][0]
    stranger = page.context.browser.new_context(base_url=live_server.url, locale="de-DE")  # type: ignore[union-attr]
    again = stranger.new_page()
    for asks_first in (False, True):
        visit(again, "/login/")
        ask = "fetch('/login/passkey/question/', {method: 'POST', body: new FormData(document.querySelector('form'))})"
        if asks_first:
            again.evaluate(f"async () => {{ await {ask} }}")
        again.evaluate(
            "(answer) => { const form = document.querySelector('form[data-passkey]');"
            " form.elements.credential.value = answer; form.submit() }",
            credential,
        )
        expect(again.get_by_text("Der Passkey wurde nicht angenommen")).to_be_visible()
        expect(again).to_have_url("/login/")
    stranger.close()


def test_a_passkey_is_removed_with_password_and_recovery_code_and_then_opens_nothing(page: Page) -> None:
    from tests.e2e.conftest import PASSWORD

    with_device(page)
    code = add_passkey(page)
    visit(page, "/account/")
    page.get_by_role("link", name="Entfernen Laptop im Bauamt").click()
    page.get_by_label("Kennwort").fill(PASSWORD)
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Entfernen").click()
    expect(page.get_by_text("ist entfernt")).to_be_visible()
    log_out(page)
    visit(page, "/login/")
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    expect(page.get_by_text("Der Passkey wurde nicht angenommen")).to_be_visible()


def test_a_passkey_confirms_alone_who_it_is_and_is_then_removed(page: Page, complaints: list[str]) -> None:
    with_device(page)
    add_passkey(page)
    visit(page, "/account/")
    page.get_by_role("link", name="Entfernen Laptop im Bauamt").click()
    page.get_by_role("link", name="Stattdessen mit Passkey bestätigen").click()
    page.get_by_role("button", name="Mit Passkey bestätigen").click()
    expect(page.get_by_text("Sie haben bestätigt, dass Sie es sind")).to_be_visible()
    expect(page.get_by_label("Kennwort")).to_have_count(0)
    page.get_by_role("button", name="Entfernen").click()
    expect(page.get_by_text("ist entfernt")).to_be_visible()


def test_somebody_logs_in_at_the_provider_of_the_town(
    new_page: Callable[..., Page], live_server: LiveServer, settings: LazySettings, provider_of_logins: OidcServer,
    complaints: list[str],
) -> None:  # fmt: skip
    """The provider stands on another site, as in a town: cookies that belong to ours alone would be lost."""
    from dms.adapters.chosen import oidc_provider

    settings.OIDC = provider_of_logins.settings(OIDC_CREATE_ACCOUNTS="1")
    oidc_provider.cache_clear()
    provider_of_logins.client(live_server.url)
    provider_of_logins.person("franka", "Franka Weiß")
    page = new_page(logged_in=False)
    visit(page, "/login/?next=/account/")
    page.get_by_role("link", name="Mit Rathaus-Konto anmelden").click()
    page.locator("#login").fill("franka")
    page.locator("#loginform button[name=answer]").click()
    page.locator("#password").fill(PASSWORD_THERE)
    page.locator("#passwordform button[type=submit]").click()
    page.wait_for_url("**/account/")
    complaints.clear()  # what the pages there say is not ours
    expect(page.locator("#password")).to_contain_text("hat hier kein Kennwort")
    complaints.clear()
    oidc_provider.cache_clear()
