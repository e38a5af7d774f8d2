"""At the page Konto: a token is copied where it is needed, a password is changed, a language is kept."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.e2e.conftest import PASSWORD
from tests.e2e.visiting import ready, visit

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
NEW = "Vier Esel tanzen Polka"


def to_account(page: Page) -> None:
    visit(page, "/")
    page.locator("details.menu summary").click()
    page.get_by_role("link", name="Konto").click()
    ready(page)


def test_a_token_is_issued_copied_and_withdrawn(page: Page, live_server: LiveServer) -> None:
    to_account(page)
    page.get_by_label("Name", exact=True).fill("Gewerbeamt")
    page.get_by_label("Gültig").select_option("90 Tage")
    page.get_by_role("button", name="Token ausstellen").click()
    ready(page)
    page.get_by_role("button", name="Kopieren").click()
    expect(page.locator("#announcer")).to_have_text("Kopiert")
    token = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r"reg_[\w-]{43}", token)
    program = {"Authorization": f"Bearer {token}"}
    inbox = f"{live_server.url}/api/v1/inbox/"
    assert page.context.request.get(inbox, headers=program).status == 200
    page.get_by_role("link", name="Widerrufen").click()
    page.get_by_role("button", name="Widerrufen").click()
    expect(page.get_by_text("Das Token „Gewerbeamt“ ist widerrufen.")).to_be_visible()
    assert page.context.request.get(inbox, headers=program).status == 401


def test_a_changed_password_keeps_this_browser_and_ends_the_others(page: Page, new_page: Callable[..., Page]) -> None:
    other = new_page(phone=True)
    to_account(page)
    page.get_by_label("Bisheriges Kennwort").fill(PASSWORD)
    page.get_by_label("Neues Kennwort", exact=True).fill("kurz")
    page.get_by_label("Neues Kennwort noch einmal").fill("kurz")
    page.get_by_role("button", name="Kennwort ändern").click()
    expect(
        page.get_by_text("Dieses Kennwort ist zu kurz. Es muss mindestens 12 Zeichen enthalten.")
    ).to_be_in_viewport()
    expect(page.get_by_role("heading", name="Kennwort ändern")).to_be_in_viewport()
    page.get_by_label("Bisheriges Kennwort").fill(PASSWORD)
    page.get_by_label("Neues Kennwort", exact=True).fill(NEW)
    page.get_by_label("Neues Kennwort noch einmal").fill(NEW)
    page.get_by_role("button", name="Kennwort ändern").click()
    expect(page.get_by_text("Das Kennwort ist geändert.")).to_be_in_viewport()
    other.goto("/inbox/")
    expect(other.get_by_role("heading", name="Anmelden")).to_be_visible()


def test_everything_works_without_scripts(new_page: Callable[..., Page]) -> None:
    page = new_page(scripts=False)
    page.goto("/account/")
    page.get_by_label("Name", exact=True).fill("Scanner")
    page.get_by_role("button", name="Token ausstellen").click()
    expect(page.locator("#new-token")).to_have_text(re.compile("^reg_"))
    expect(page.get_by_role("button", name="Kopieren")).to_be_hidden()
    page.get_by_role("button", name="English").last.click()
    expect(page.get_by_role("heading", name="Access tokens")).to_be_visible()


def test_after_logging_out_the_way_back_shows_no_letters(page: Page) -> None:
    visit(page, "/inbox/")
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
