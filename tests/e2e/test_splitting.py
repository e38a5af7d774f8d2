"""A scan of two letters is taken apart and put together again by keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.visiting import ready, visit

PATIENCE = 30_000
"""Milliseconds; a busy machine is no fault of the page."""

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_two_letters_of_one_scan_are_split_and_merged_by_keyboard(page: Page, tmp_path: Path) -> None:
    from django.utils import timezone

    from dms.access.actors import actor_for
    from dms.access.models import User
    from dms.records.documents.versions import version_of
    from dms.records.dossiers.filing import Place, documents_file
    from dms.records.models import Document
    from ingest.reading.text_layout import set_text
    from ingest.work.queue import work_until_done
    from ingest.work.tools import chosen_tools
    from tests import factories

    set_text(("\n" * 70).join(["Antrag auf Wohngeld", "Antrag auf Elternzeit"]), tmp_path / "two.pdf", most_pages=5)
    item = factories.item((tmp_path / "two.pdf").read_bytes(), "stapel.pdf")
    work_until_done(chosen_tools(), may_go_on=lambda: True)
    scan, dossier = Document.objects.get(item_id=item.pk), factories.dossier()
    documents_file(actor_for(User.objects.get(username="clerk")), [scan], Place(dossier), now=timezone.now())

    visit(page, f"/documents/{scan.pk}/edit-pages/")
    page.locator("[data-tile]").nth(1).focus()
    page.keyboard.press("b")
    expect(page.locator(".pagetile.is-start")).to_have_count(1)
    page.get_by_role("button", name="In neue Dokumente aufteilen").press("Enter")
    expect(page.get_by_text("2 neue Dokumente sind angenommen")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#derived")).to_contain_text("Ein neues Dokument wird gelesen: stapel (1).pdf")
    work_until_done(chosen_tools(), may_go_on=lambda: True)
    expect(page.get_by_text("Die neuen Dokumente sind da.")).to_be_visible(timeout=PATIENCE)

    visit(page, f"/dossiers/{dossier.pk}/")
    first, second = Document.objects.exclude(pk=scan.pk).order_by("filename")
    for one in (first, second):
        page.locator(f'input[name="document"][value="{one.pk}"]').press("Space")
    page.get_by_role("button", name="Zusammenfügen").press("Enter")
    ready(page)
    page.locator("[data-tile]").nth(1).focus()
    page.keyboard.press("Alt+ArrowLeft")
    page.get_by_role("button", name="Zusammenfügen").press("Enter")
    expect(page.get_by_text("Das neue Dokument ist angenommen")).to_be_visible(timeout=PATIENCE)
    work_until_done(chosen_tools(), may_go_on=lambda: True)
    merged = Document.objects.exclude(pk__in=[scan.pk, first.pk, second.pk]).get()
    version = version_of(merged)
    assert version is not None
    assert [one.page_text.text for one in version.pages.all()] == ["Antrag auf Elternzeit", "Antrag auf Wohngeld"]
    assert merged.dossier == dossier
