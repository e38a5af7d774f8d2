"""Opening a dossier by keyboard, by words of the file plan instead of numbers that nobody knows by heart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.visiting import visit

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

PATIENCE = 30_000
"""Milliseconds; a busy machine is no fault of the page."""


@pytest.fixture(autouse=True)
def plan(scope: object) -> None:
    from tests import factories

    factories.file_plan()


def test_a_word_brings_suggestions_and_arrows_and_enter_take_one(page: Page) -> None:
    visit(page, "/dossiers/add/")
    page.keyboard.type("bau")
    expect(page.locator("[data-place]")).to_have_count(4, timeout=PATIENCE)
    for _press in range(4):
        page.keyboard.press("ArrowDown")
    offered = page.get_by_role("listbox", name="Passende Einträge")
    expect(offered.get_by_role("option", selected=True)).to_contain_text("611")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Aktenplaneintrag")).to_have_value("611 Baulasten")
    expect(page.get_by_label("Betreff")).to_be_focused()
    page.keyboard.type("Ahornweg 2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Die Akte 611-1 „Ahornweg 2“ ist angelegt.")).to_be_visible(timeout=PATIENCE)


def test_a_word_that_no_title_holds_leads_to_the_nearest_entry(page: Page) -> None:
    visit(page, "/dossiers/add/")
    page.keyboard.type("Bauaktenablage")
    expect(page.locator("[data-place]")).to_have_count(1, timeout=PATIENCE)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Aktenplaneintrag")).to_have_value("610 Bauakten")


def test_without_scripts_the_form_asks_which_entry_is_meant_and_takes_the_pressed_one(
    new_page: Callable[..., Page], complaints: list[str]
) -> None:
    page = new_page(scripts=False)
    page.goto("/dossiers/add/")
    page.get_by_label("Aktenplaneintrag").fill("bau")
    page.get_by_label("Betreff").fill("Ahornweg 2")
    page.keyboard.press("Enter")
    expect(page.locator(".field__error", has_text="passen 4 Einträge")).to_be_visible()
    complaints.clear()  # the browser itself notes each 422
    page.get_by_role("button", name="611 Baulasten").click()
    expect(page.get_by_text("Die Akte 611-1 „Ahornweg 2“ ist angelegt.")).to_be_visible()
