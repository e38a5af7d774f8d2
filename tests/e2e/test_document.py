"""A clerk looks at a document: settles its kind, takes its files, sees what happened to it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.letters import HEDGE, letter
from tests.e2e.visiting import visit

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_a_suggested_kind_is_confirmed_in_one_click(page: Page) -> None:
    document = letter(HEDGE, title="Hecke am Lindenweg")
    visit(page, f"/documents/{document.pk}/")
    panel = page.locator("#kind-panel")
    expect(panel).to_contain_text("93 % sicher")
    expect(panel).to_contain_text("beantrage")
    expect(page.locator(".facts")).to_contain_text("eingegangen")
    panel.get_by_role("button", name="Stimmt").click()
    expect(panel).to_contain_text("von clerk bestätigt am")
    expect(page.locator(".facts")).to_contain_text("geprüft")
    document.refresh_from_db()
    assert (document.kind_id, document.kind_source, document.state) == ("application", "person", "checked")


def test_a_wrong_kind_is_corrected_and_page_and_zoom_stay(page: Page) -> None:
    document = letter(HEDGE, title="Hecke am Lindenweg")
    visit(page, f"/documents/{document.pk}/")
    page.keyboard.press("1")
    page.keyboard.press("a")
    page.get_by_role("button", name="Rechnung").click()
    expect(page.locator("#kind-panel .badge")).to_contain_text("Rechnung")
    expect(page.locator("[data-zoom-value]")).to_have_text("100 %")
    document.refresh_from_db()
    assert (document.kind_id, document.kind_source) == ("invoice", "person")


def test_the_original_comes_down_as_it_came_in_and_its_hash_can_be_copied(page: Page) -> None:
    document = letter(HEDGE, title="Hecke am Lindenweg")
    visit(page, f"/documents/{document.pk}/")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^Original")).click()
    digest = hashlib.sha256(Path(download.value.path()).read_bytes()).hexdigest()
    expect(page.locator("#sha256")).to_have_text(digest)
    page.get_by_role("button", name="Prüfsumme kopieren").click()
    expect(page.locator("#announcer")).to_have_text("Prüfsumme kopiert")
    assert page.evaluate("navigator.clipboard.readText()") == digest


def test_the_history_tells_who_did_what(page: Page) -> None:
    document = letter(HEDGE, title="Hecke am Lindenweg")
    visit(page, f"/documents/{document.pk}/")
    page.keyboard.press("b")
    expect(page.locator("#kind-panel")).to_contain_text("von clerk bestätigt am")
    page.get_by_text("Verlauf").click()
    first = page.locator(".history li").first
    expect(first).to_contain_text("clerk")
    expect(first).to_contain_text("Dokumentart festgelegt")
    expect(page.locator(".history li").last).to_contain_text("Eingang angenommen")


def test_an_attachment_leads_to_its_mail_and_back(page: Page) -> None:
    document = letter(HEDGE, title="Hecke am Lindenweg", attachments=["Lageplan.pdf"])
    visit(page, f"/documents/{document.pk}/")
    page.get_by_role("link", name="Lageplan.pdf").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lageplan.pdf")
    page.get_by_role("link", name="Hecke am Lindenweg").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hecke am Lindenweg")
