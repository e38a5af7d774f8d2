"""From the inbox into a dossier by keyboard, in three actions: the key, a few letters, Enter."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.letters import HEDGE, letter
from tests.e2e.visiting import ready, visit

PATIENCE = 30_000
"""Milliseconds; a busy machine is no fault of the page."""

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_a_letter_is_filed_from_the_inbox_in_three_actions_and_taken_back(page: Page) -> None:
    from dms.records.models import Document
    from tests import factories

    factories.file_plan()
    factories.dossier("Ahornweg 2", of="611")
    hedge = factories.dossier("Hecke am Lindenweg")
    letter(HEDGE, title="Antrag auf Fällung")
    visit(page, "/inbox/")
    page.keyboard.press("j")
    page.keyboard.press("l")  # one
    expect(page.locator("#filing-q")).to_be_focused(timeout=PATIENCE)
    page.keyboard.type("hecke")  # two
    page.keyboard.press("Enter")  # three
    expect(page.get_by_text("1 Dokument ist abgelegt in 610-1 Hecke am Lindenweg.")).to_be_visible(timeout=PATIENCE)
    assert Document.objects.get().dossier == hedge
    ready(page)
    page.keyboard.press("z")
    expect(page.get_by_text("1 Dokument liegt wieder, wo es war.")).to_be_visible(timeout=PATIENCE)
    assert Document.objects.get().dossier is None


def test_arrows_choose_another_place_on_the_page_of_a_document(page: Page) -> None:
    from dms.records.models import Document
    from tests import factories

    factories.file_plan()
    first, second = factories.dossier("Lindenweg 1"), factories.dossier("Lindenweg 2")
    document = letter(HEDGE)
    visit(page, f"/documents/{document.pk}/")
    page.keyboard.press("l")
    expect(page.locator("#filing-q")).to_be_focused(timeout=PATIENCE)
    page.keyboard.type("610")
    expect(page.locator('[data-words="610"] [data-place]')).to_have_count(2, timeout=PATIENCE)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#filing-panel")).to_contain_text("610-2", timeout=PATIENCE)
    assert Document.objects.get().dossier == second != first
