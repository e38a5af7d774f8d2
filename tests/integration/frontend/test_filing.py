"""Filing on the pages: from the inbox and from the page of a document, with a way back."""

from __future__ import annotations

import html
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from dms.access.permissions import Role
from dms.audit.door import change
from dms.audit.events import Event
from dms.records.models import Document, Dossier
from tests import factories


@pytest.fixture
def dossier(scope: Any) -> Dossier:
    factories.file_plan(scope=scope)
    return factories.dossier()


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_two_items_are_filed_at_once_and_taken_back(clerk: Client, dossier: Dossier) -> None:
    letters = [factories.document(title=f"Brief {n}") for n in (1, 2)]
    chosen = {"item": [str(letter.item_id) for letter in letters], "back": "/inbox/"}
    asked = text(clerk.get("/filing/", chosen))
    assert all(words in asked for words in ("Brief 1", "Brief 2", "610-1", "Lindenweg 4"))
    form = {"document": [str(letter.pk) for letter in letters], "place": f"dossier:{dossier.pk}", "back": "/inbox/"}
    shown = text(clerk.post("/filing/", form, follow=True))
    assert "2 Dokumente sind abgelegt in 610-1 Lindenweg 4, Wintergarten." in shown
    assert "Ablegen zurücknehmen" in shown
    assert f'href="/dossiers/{dossier.pk}/"' in shown
    assert "Brief 1" in text(clerk.get(f"/dossiers/{dossier.pk}/"))
    back = {"document": form["document"], "back": "/inbox/"}
    assert "2 Dokumente liegen wieder, wo sie waren." in text(clerk.post("/filing/undo/", back, follow=True))
    assert not Document.objects.filter(dossier__isnull=False).exists()


def test_the_inbox_tells_what_is_to_be_filed_and_what_is(clerk: Client, dossier: Dossier) -> None:
    factories.document(title="Bleibt")
    filed = factories.document(title="Geht")
    clerk.post("/filing/", {"document": str(filed.pk), "place": f"dossier:{dossier.pk}", "back": "/inbox/"})
    assert "Bleibt" in text(clerk.get("/inbox/?state=done"))
    assert "Geht" not in text(clerk.get("/inbox/?state=done"))
    assert "Geht" in text(clerk.get("/inbox/?state=filed"))


def test_the_form_suggests_anew_while_somebody_types_and_files_nothing_without_a_place(
    clerk: Client, dossier: Dossier
) -> None:
    letter, other = factories.document(), factories.dossier("Ahornweg", of="611")
    found = text(clerk.get("/filing/places/", {"q": "ahorn", "document": str(letter.pk)}))
    assert f"dossier:{other.pk}" in found
    assert f"dossier:{dossier.pk}" not in found
    again = text(clerk.post("/filing/", {"document": str(letter.pk), "q": "ahorn", "back": "/inbox/"}))
    assert f"dossier:{other.pk}" in again
    assert "Keine offene Akte passt" in text(clerk.get("/filing/places/", {"q": "xyzzy"}))
    assert not Document.objects.filter(dossier__isnull=False).exists()


def test_the_page_of_a_document_says_where_it_lies_and_moves_it(clerk: Client, dossier: Dossier) -> None:
    letter, case = factories.document(), factories.case(dossier)
    here = f"/documents/{letter.pk}/"
    assert "Liegt noch im Posteingang." in text(clerk.get(here))
    clerk.post("/filing/", {"document": str(letter.pk), "place": f"case:{case.pk}", "back": here})
    shown = text(clerk.get(here))
    assert all(words in shown for words in ("610-1", "610-1/1 Bauantrag", "abgelegt von clerk", "Verschieben"))
    clerk.post("/filing/undo/", {"document": str(letter.pk), "back": here})
    assert "Liegt noch im Posteingang." in text(clerk.get(here))


def test_filing_after_a_correction_leads_back_to_the_document(clerk: Client, dossier: Dossier) -> None:
    """The panel comes with the answer to the form, whose own address nobody can open."""
    letter = factories.document()
    changed = text(
        clerk.post(f"/documents/{letter.pk}/facts/title/?q=Straße", {"title": "Neu"}, headers={"HX-Request": "true"})
    )
    back = next(part for part in html.unescape(changed).split('"') if part.startswith("/filing/?document="))
    address = parse_qs(urlsplit(back).query)["back"][0]
    assert address == f"/documents/{letter.pk}/?q=Stra%C3%9Fe"
    assert clerk.get(address).status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    ("button", "told"),
    [
        ("/documents/merge/?back=", "Bitte in der Liste mindestens zwei Dokumente ankreuzen"),
        ("/filing/?back=", "Bitte zuerst ankreuzen, worum es geht."),
        ("/filing/?copy=1&back=", "Bitte zuerst ankreuzen, worum es geht."),
    ],
)
def test_a_button_pressed_with_nothing_ticked_says_what_to_do(
    clerk: Client, dossier: Dossier, button: str, told: str
) -> None:
    shown = clerk.get(f"{button}/dossiers/{dossier.pk}/", follow=True)
    assert shown.redirect_chain == [(f"/dossiers/{dossier.pk}/", HTTPStatus.FOUND)]
    assert told in text(shown)


def test_what_cannot_be_copied_is_not_said_to_be_filed(clerk: Client, dossier: Dossier) -> None:
    gone = {"document": "00000000-0000-4000-8000-000000000000", "copy": "1", "back": f"/dossiers/{dossier.pk}/"}
    shown = text(clerk.get("/filing/", gone, follow=True))
    assert "Es war kein Dokument ausgewählt, das sich kopieren lässt." in shown


@pytest.mark.parametrize("place", ["dossier:x", "case:00000000-0000-4000-8000-000000000000"])
def test_a_place_that_is_gone_is_told(clerk: Client, dossier: Dossier, place: str) -> None:
    letter = factories.document()
    shown = text(clerk.post("/filing/", {"document": str(letter.pk), "place": place, "back": "/inbox/"}))
    assert "Bitte eine andere Stelle wählen" in shown


def test_who_may_see_nothing_files_nothing(browser_of: Callable[..., Client], dossier: Dossier) -> None:
    letter = factories.document(title="Geheimsache")
    stranger = browser_of(Role.CLERK, name="stranger", elsewhere=True)
    form = {"document": str(letter.pk), "place": f"dossier:{dossier.pk}", "back": "/inbox/"}
    assert "Geheimsache" not in text(stranger.get("/filing/", form, follow=True))
    stranger.post("/filing/", form)
    assert not Document.objects.filter(dossier__isnull=False).exists()
    assert "Lindenweg" not in text(stranger.get("/filing/places/", {"q": "610"}))


def test_a_document_is_copied_from_its_page_and_the_copy_taken_back(clerk: Client, dossier: Dossier) -> None:
    letter, here = factories.document(["Guten Tag"], title="Ein Vorbild"), ""
    here = f"/documents/{letter.pk}/"
    assert f"/filing/?copy=1&document={letter.pk}" in html.unescape(text(clerk.get(here)))
    asked = text(clerk.get("/filing/", {"copy": "1", "document": str(letter.pk), "back": here}))
    assert "Ein Dokument kopieren" in asked
    form = {"copy": "1", "document": str(letter.pk), "place": f"dossier:{dossier.pk}", "back": here}
    shown = text(clerk.post("/filing/", form, follow=True))
    assert "1 Dokument ist kopiert nach 610-1" in shown
    assert all(words in shown for words in ("kopiert als", "Liegt noch im Posteingang."))
    copy = Document.objects.get(dossier=dossier)
    there = text(clerk.get(f"/documents/{copy.pk}/"))
    assert all(words in there for words in ("Kopie von", "Neues Dokument zurücknehmen"))
    again = text(clerk.post("/filing/", form, follow=True))
    assert "liegt schon dort" not in again, "the original lies in the inbox"
    back = {"document": str(copy.pk), "back": f"/dossiers/{dossier.pk}/"}
    assert "Das neue Dokument ist zurückgenommen" in text(clerk.post("/filing/unmake/", back, follow=True))
    assert not Document.objects.filter(pk=copy.pk).exists()


def test_the_form_offers_to_leave_the_rest_of_an_email_where_it_is(clerk: Client, dossier: Dossier) -> None:
    mail = factories.document(title="Die Mail", attachments=["Plan.pdf", "Foto.jpg"])
    plan = Document.objects.get(title="Plan.pdf")
    asked = text(clerk.get("/filing/", {"document": str(plan.pk), "back": "/inbox/"}))
    more = asked.split("geht mit:")[1].split("Nur das Ausgewählte")[0]
    assert [name for name in ("Die Mail", "Plan.pdf", "Foto.jpg") if name in more] == ["Die Mail", "Foto.jpg"]
    form = {"document": str(plan.pk), "place": f"dossier:{dossier.pk}", "back": "/inbox/", "alone": "on"}
    clerk.post("/filing/", form)
    assert [one.title for one in Document.objects.filter(dossier=dossier)] == ["Plan.pdf"]
    page = text(clerk.get(f"/documents/{mail.pk}/"))
    assert "liegt in 610-1" in page.split("Gehört zusammen")[1]
    assert page.index("Plan.pdf") < page.index("Foto.jpg")


@pytest.mark.parametrize(
    ("event", "words"),
    [(Event.DOCUMENT_SPLIT, "Aufteilen begonnen"), (Event.DOCUMENT_VERSION_ADDED, "Neue Version übernommen")],
)
def test_what_came_after_filing_is_told_as_why_it_cannot_be_taken_back_and_what_to_do(
    clerk: Client, dossier: Dossier, event: Event, words: str
) -> None:
    letter = factories.document()
    here = f"/documents/{letter.pk}/"
    form = {"document": str(letter.pk), "place": f"dossier:{dossier.pk}", "back": here}
    assert "Ablegen zurücknehmen" in text(clerk.post("/filing/", form, follow=True))
    filed = Document.objects.get(pk=letter.pk)
    with change(factories.everywhere_actor(), event, filed, chain=filed.chain):
        pass
    shown = text(clerk.get(here))
    assert "Ablegen zurücknehmen" not in shown
    told = shown.split("Ihre letzte Änderung")[1]
    assert "lässt sich nicht mehr zurücknehmen, weil danach etwas geschah: " + words in told
    assert "Wo das Dokument liegt, ändert „Verschieben“" in told
    refused = text(clerk.post("/filing/undo/", {"document": str(letter.pk), "back": "/inbox/"}, follow=True))
    assert "lässt sich mit „Verschieben“ auf der Seite des Dokuments ändern." in refused
