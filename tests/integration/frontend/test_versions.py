"""Versions on the page of a document: handed in, watched, looked at again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dms.access.permissions import Role
from dms.records.models import Document
from ingest.reading.text_layout import set_text
from ingest.work.tools import chosen_tools
from tests import factories
from tests.integration.ingest.working import LETTER, work

BETTER = b"Sehr geehrte Damen und Herren,\n\nder Ausweis kam gestern an.\n"


@pytest.fixture
def letter(scope: Any) -> Document:
    factories.item(LETTER, "antrag.txt")
    work(chosen_tools())
    return Document.objects.get()


def text(answer: Any) -> str:
    return str(answer.content.decode())


def hand_in(clerk: Client, letter: Document, content: bytes = BETTER, **more: str) -> str:
    form = {"file": SimpleUploadedFile("neu.txt", content), "comment": "Nachgereicht", **more}
    return text(clerk.post(f"/documents/{letter.pk}/versions/", form, follow=True))


def test_a_clerk_hands_a_version_in_and_sees_it_coming(clerk: Client, letter: Document) -> None:
    page = f"/documents/{letter.pk}/"
    assert "Neue Version einreichen" in text(clerk.get(page))
    shown = hand_in(clerk, letter)
    assert "„neu.txt“ ist angenommen und wird gelesen." in shown
    assert "Eine neue Version wird gelesen: neu.txt" in shown
    assert "Neue Version einreichen" not in shown
    assert "Version 2 ist da" not in text(clerk.get(f"{page}versions/progress/?seen=1"))
    work(chosen_tools())
    assert "Version 2 ist da" in text(clerk.get(f"{page}versions/progress/?seen=1"))
    shown = text(clerk.get(page))
    assert "Nachgereicht" in shown
    assert "gestern" in shown
    assert f"/api/v1/documents/{letter.pk}/versions/2/pages/1/image/" in shown


def test_a_split_document_leads_to_the_new_ones_and_takes_them_back(clerk: Client, scope: Any, tmp_path: Path) -> None:
    set_text(("\n" * 70).join(["Antrag auf Wohngeld", "Antrag auf Elternzeit"]), tmp_path / "two.pdf", most_pages=5)
    factories.item((tmp_path / "two.pdf").read_bytes(), "stapel.pdf")
    work(chosen_tools())
    scan = Document.objects.get()
    page = f"/documents/{scan.pk}/"
    asked = {"do": "split", "starts-2": "1", "place-1": "1", "place-2": "2"}
    shown = text(clerk.post(f"{page}edit-pages/", asked, follow=True))
    assert "Ein neues Dokument wird gelesen: stapel (1).pdf" in shown
    assert "Daraus entstanden" not in shown
    work(chosen_tools())
    new = list(Document.objects.exclude(pk=scan.pk))
    for told in (text(clerk.get(f"{page}derived/")), text(clerk.get(page))):
        assert "Daraus entstanden:" in told
        assert all(f'href="/documents/{one.pk}/"' in told for one in new)
        assert "2 neue Dokumente zurücknehmen" in told
    back = {"document": [str(one.pk) for one in new], "back": page}
    shown = text(clerk.post("/filing/unmake/", back, follow=True))
    assert "2 neue Dokumente sind zurückgenommen" in shown
    assert "Daraus entstanden:" not in shown
    assert list(Document.objects.all()) == [scan]


def test_a_former_version_is_looked_at_with_its_own_pages_and_files(clerk: Client, letter: Document) -> None:
    hand_in(clerk, letter)
    work(chosen_tools())
    shown = text(clerk.get(f"/documents/{letter.pk}/?version=1"))
    assert "Das ist die frühere Version 1" in shown
    assert "Anwohnerparkausweis" in shown
    assert f"/api/v1/documents/{letter.pk}/versions/1/original/" in shown
    assert "Anwohnerparkausweis" in text(clerk.get(f"/documents/{letter.pk}/text/?version=1"))
    assert "Anwohnerparkausweis" in text(clerk.get(f"/documents/{letter.pk}/pages/1/?version=1"))
    assert clerk.get(f"/documents/{letter.pk}/?version=7").status_code == 404


def test_a_file_that_cannot_be_read_leaves_the_version_and_says_why(clerk: Client, letter: Document) -> None:
    hand_in(clerk, letter, b"%PDF-1.7\nkaputt")
    work(chosen_tools())
    shown = text(clerk.get(f"/documents/{letter.pk}/"))
    assert "ist nicht die neue Version geworden; es gilt weiter Version 1." in shown
    assert "Die Datei ist beschädigt" in shown
    assert "Neue Version einreichen" in shown


def test_what_stands_in_the_way_is_said(clerk: Client, letter: Document) -> None:
    assert "Byte für Byte" in hand_in(clerk, letter, LETTER)
    assert "inzwischen geändert" in hand_in(clerk, letter, expected="0" * 32)
    assert "Es war keine Datei ausgewählt." in text(
        clerk.post(f"/documents/{letter.pk}/versions/", {"comment": "x"}, follow=True)
    )


def test_who_may_only_read_is_offered_nothing_and_refused(browser_of: Callable[..., Client], letter: Document) -> None:
    reader = browser_of(Role.ARCHIVIST, name="vera")
    assert "Neue Version einreichen" not in text(reader.get(f"/documents/{letter.pk}/"))
    assert "Dafür fehlt Ihnen das Recht." in hand_in(reader, letter)
    stranger = browser_of(Role.CLERK, name="stranger", elsewhere=True)
    assert stranger.post(f"/documents/{letter.pk}/versions/", {}).status_code == 404


def test_a_correction_that_a_new_version_overtook_says_why_it_stays(clerk: Client, letter: Document) -> None:
    page = f"/documents/{letter.pk}/"
    clerk.post(f"{page}facts/title/", {"value": "Ausweis"})
    assert "nicht mehr zurücknehmen" not in text(clerk.get(page))
    hand_in(clerk, letter)
    assert "weil danach etwas geschah: Neue Version eingereicht (clerk," in text(clerk.get(page))


def test_a_taken_back_correction_is_not_told_again(clerk: Client, letter: Document) -> None:
    page = f"/documents/{letter.pk}/"
    clerk.post(f"{page}facts/title/", {"value": "Ausweis"})
    clerk.post(f"{page}undo/")
    hand_in(clerk, letter)
    assert "nicht mehr zurücknehmen" not in text(clerk.get(page))


def test_the_page_of_a_document_speaks_no_code(clerk: Client, letter: Document) -> None:
    shown = text(clerk.get(f"/documents/{letter.pk}/"))
    assert "text/plain" not in shown
    assert "eingegangen, noch nicht geprüft" in shown
    dossier = factories.dossier(of=factories.file_plan(scope=letter.scope).entries.get(number="610").number)
    clerk.post("/filing/", {"document": letter.pk, "place": f"dossier:{dossier.pk}"})
    shown = text(clerk.get(f"/documents/{letter.pk}/"))
    assert "abgelegt, noch nicht geprüft" in shown
    assert "<dd>eingegangen" not in shown
