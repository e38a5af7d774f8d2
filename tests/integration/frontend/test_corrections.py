"""A document is put right on its page: what is typed, what is answered, with scripts (htmx) and without."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:
    from dms.records.models import Document

HTMX = {"HX-Request": "true"}


def a_letter(**fields: Any) -> Document:
    from tests import factories

    return factories.document(["Die Hecke am Gehweg"], **fields)


def stored(document: Document) -> Document:
    return type(document).objects.get(pk=document.pk)


def text_of(answer: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def correct(client: Client, document: Document, name: str, typed: str, **more: Any) -> Any:
    headers = more.pop("headers", HTMX)
    return client.post(f"/documents/{document.pk}/facts/{name}/", {"value": typed, **more}, headers=headers)


def expected_of(client: Client, document: Document) -> str:
    found = re.search(r'name="expected" value="(\w+)"', client.get(f"/documents/{document.pk}/").content.decode())
    assert found
    return found[1]


@pytest.mark.parametrize(
    "typed", ["3.4.2026", "03.04.2026", " 3. 4. 2026 ", "3.4.26", "2026-04-03", "3,4,2026", "03.04.26"]
)
def test_a_date_is_typed_as_germans_write_it(clerk: Client, typed: str) -> None:
    document = a_letter()
    answer = correct(clerk, document, "letter_date", typed)
    assert f"{stored(document).letter_date:%Y-%m-%d}" == "2026-04-03"
    assert "03.04.2026" in text_of(answer)
    assert "Gespeichert: Datum" in text_of(answer)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("31.2.2026", "„31.2.2026“ ist kein Datum."),
        ("gestern", "„gestern“ ist kein Datum."),
        ("3.4.", "ist kein Datum."),
        ("3.4.20261", "ist kein Datum."),
        ("\0", "ist kein Datum."),
        ("3.4.2062", "Bitte die Jahreszahl prüfen."),
        ("3.4.0026", "Bitte die Jahreszahl prüfen."),
    ],
)
def test_a_date_that_is_none_is_answered_beside_what_was_typed(clerk: Client, typed: str, words: str) -> None:
    document = a_letter()
    answer = correct(clerk, document, "letter_date", typed)
    assert answer.status_code == 200, "the console of the browser would note anything else"
    assert words in text_of(answer)
    page = answer.content.decode()
    if typed != "\0":
        assert f'value="{typed}" data-stored="27.02.2026"' in page
    assert 'aria-invalid="true" aria-describedby="correct-letter_date-error"' in page
    assert stored(document).letter_date == document.letter_date


def test_a_date_and_a_sender_may_be_left_empty_but_not_a_title(clerk: Client) -> None:
    document = a_letter()
    correct(clerk, document, "letter_date", "")
    correct(clerk, document, "sender", " ")
    refused = correct(clerk, document, "title", " ")
    assert (stored(document).letter_date, stored(document).sender) == (None, "")
    assert "Ein Dokument braucht einen Titel." in text_of(refused)
    assert text_of(clerk.get(f"/documents/{document.pk}/")).count("nicht bekannt") == 2


def test_the_answer_renews_all_that_shows_what_was_changed(clerk: Client) -> None:
    document = a_letter()
    page = correct(clerk, document, "title", "Antrag <b>auf</b> Rückschnitt").content.decode()
    assert "<title>Antrag &lt;b&gt;auf&lt;/b&gt; Rückschnitt" in page
    assert '<hx-partial hx-target="#dochead-name"' in page
    assert '<h1 class="dochead__title fact__value">Antrag &lt;b&gt;auf&lt;/b&gt; Rückschnitt</h1>' in page
    kind = clerk.post(f"/documents/{document.pk}/kind/", {"kind": "-"}, headers=HTMX)
    shown = text_of(kind)
    assert "Stand eingegangen, geprüft" in shown
    assert "keine passende Art" in shown
    assert "unsicher" not in shown
    assert "Dokumentart gespeichert: keine passende Art Rückgängig" in shown


def test_who_was_slower_sees_the_new_state_and_keeps_what_was_typed(
    clerk: Client, browser_of: Callable[..., Client]
) -> None:
    from dms.access.permissions import Role

    document = a_letter()
    seen = expected_of(clerk, document)
    correct(browser_of(Role.CLERK, name="ben"), document, "title", "Von Ben", expected=seen)
    answer = correct(clerk, document, "title", "Von Anna", expected=seen)
    assert stored(document).title == "Von Ben"
    shown = text_of(answer)
    sentence = "Inzwischen hat ben das Dokument geändert. Nichts wurde überschrieben; jetzt steht dort „Von Ben“."
    assert shown.count(sentence) == 1
    assert 'value="Von Anna" data-stored="Von Ben"' in answer.content.decode()
    renewed = re.search(r'name="expected" value="(\w+)"', answer.content.decode())
    assert renewed
    correct(clerk, document, "title", "Von Anna", expected=renewed[1])
    assert stored(document).title == "Von Anna"
    kind = clerk.post(f"/documents/{document.pk}/kind/", {"kind": "offer", "expected": seen}, headers=HTMX)
    assert "Sie selbst haben das Dokument inzwischen an anderer Stelle geändert." in text_of(kind)
    assert stored(document).kind_id == "application"


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["with scripts", "without"])
def test_a_conflict_is_one_message_and_not_also_a_notice_that_all_is_saved(
    clerk: Client, headers: dict[str, str]
) -> None:
    document = a_letter()
    seen = expected_of(clerk, document)
    correct(clerk, document, "title", "Aus dem ersten Fenster", expected=seen)
    fact = correct(clerk, document, "title", "Aus dem zweiten", expected=seen, headers=headers)
    kind = clerk.post(
        f"/documents/{document.pk}/kind/", {"kind": "offer", "expected": seen}, headers=headers, follow=True
    )
    for answer in (fact, kind):
        toast = re.search(r"toast__words.*?</p>", answer.content.decode(), re.DOTALL)
        assert "Gespeichert" not in (toast[0] if toast else "")
        assert text_of(answer).count("an anderer Stelle geändert") == 1
        assert "neu laden" not in text_of(answer)


def test_the_notice_greets_only_where_the_change_was_made_and_the_way_back_is_everywhere(
    clerk: Client, browser_of: Callable[..., Client]
) -> None:
    from dms.access.permissions import Role

    document = a_letter()
    phone = browser_of(Role.CLERK)  # the same person, logged in elsewhere
    correct(clerk, document, "sender", "Musterfrau")
    address = f"/documents/{document.pk}/"
    here, there = clerk.get(address).content.decode(), phone.get(address).content.decode()
    assert "toast__words" in here
    assert "toast__words" not in there
    assert "Ihre letzte Änderung" in there
    assert there.count('data-hotkey="Control+z') == here.count('data-hotkey="Control+z') == 1
    phone.post(f"{address}undo/")
    assert stored(document).sender == "Erika Mustermann"
    assert "Ihre letzte Änderung" not in text_of(clerk.get(address))


def test_the_last_correction_is_taken_back_and_then_nothing_more(clerk: Client) -> None:
    document = a_letter()
    correct(clerk, document, "sender", "Erika Musterfrau")
    undone = clerk.post(f"/documents/{document.pk}/undo/", headers=HTMX)
    assert stored(document).sender == "Erika Mustermann"
    assert "Zurückgenommen." in text_of(undone)
    assert "Rückgängig" not in text_of(undone)
    again = clerk.post(f"/documents/{document.pk}/undo/", headers=HTMX)
    assert "Das lässt sich nicht mehr zurücknehmen" in text_of(again)


def test_saving_what_stands_there_is_told_and_leaves_nothing_to_take_back(clerk: Client) -> None:
    document = a_letter()
    correct(clerk, document, "sender", "Musterfrau")
    answer = text_of(correct(clerk, document, "title", document.title))
    assert "Unverändert: Das stand schon da." in answer
    assert "Rückgängig" not in answer


def test_everything_works_without_scripts_and_leads_back_to_where_it_came_from(clerk: Client) -> None:
    document = a_letter()
    address = f"/documents/{document.pk}/"
    saved = clerk.post(f"{address}facts/title/?q=Hecke&hit=3", {"value": "Rückschnitt"})
    assert (saved.status_code, saved["Location"]) == (302, f"{address}?q=Hecke&hit=3")
    assert "Gespeichert: Titel Rückgängig" in text_of(clerk.get(saved["Location"]))
    refused = clerk.post(f"{address}facts/letter_date/", {"value": "gestern"})
    assert refused.status_code == 422
    assert "„gestern“ ist kein Datum." in text_of(refused)
    assert "Rückschnitt" in text_of(refused), "it is the whole page"
    undone = clerk.post(f"{address}undo/", follow=True)
    assert "Zurückgenommen." in text_of(undone)
    assert stored(document).title == "Ein Brief"


def test_who_may_only_read_is_offered_no_pencil_and_cannot_force_it(browser_of: Callable[..., Client]) -> None:
    from dms.access.permissions import Role

    document = a_letter()
    reader = browser_of(Role.ARCHIVIST, name="reader")
    stranger = browser_of(Role.CLERK, name="stranger", elsewhere=True)
    assert "berichtigen" not in text_of(reader.get(f"/documents/{document.pk}/"))
    for client in (reader, stranger):
        assert correct(client, document, "title", "Anders").status_code == 404
        assert client.post(f"/documents/{document.pk}/undo/").status_code == 404
    assert correct(browser_of(Role.CLERK), document, "received_at", "3.4.2026").status_code == 404
    assert stored(document).title == "Ein Brief"


def test_the_history_tells_corrections_as_sentences_and_only_of_this_document(
    browser_of: Callable[..., Client],
) -> None:
    from dms.access.permissions import Role

    document = a_letter(attachments=["Lageplan.pdf"], kind=None, letter_date=None)
    clerk = browser_of(Role.CLERK)
    correct(clerk, document, "title", "2026-03-04")
    correct(clerk, document, "letter_date", "3.4.2026")
    correct(clerk, document, "sender", "")
    correct(clerk, document.attachments.get(), "title", "Nur der Anhang")
    for kind in ("-", "offer"):
        clerk.post(f"/documents/{document.pk}/kind/", {"kind": kind})
    clerk.post(f"/documents/{document.pk}/undo/")
    history = text_of(browser_of(Role.ARCHIVIST, name="arne").get(f"/documents/{document.pk}/")).partition("Verlauf")[2]
    for sentence in (
        "Angaben berichtigt: Titel „2026-03-04“ statt „Ein Brief“",
        "Angaben berichtigt: Datum 03.04.2026 statt (leer)",
        "Angaben berichtigt: Absender (leer) statt „Erika Mustermann“",
        "Dokumentart festgelegt: von „unsicher“ zu „keine passende Art“",
        "Dokumentart festgelegt: von „keine passende Art“ zu „Angebot“",
        "Letzte Änderung zurückgenommen: von „Angebot“ zu „keine passende Art“",
    ):
        assert sentence in history
    assert "Nur der Anhang" not in history
    assert history.count("clerk") == 6


def test_what_was_confirmed_is_told_apart_from_what_was_changed_or_chosen_with_who_and_when(
    clerk: Client, browser_of: Callable[..., Client]
) -> None:
    from dms.access.permissions import Role

    suggested, unsure = a_letter(), a_letter(kind=None, kind_confidence=0.31)
    ben = browser_of(Role.CLERK, name="ben")
    moment = r"am \d\d\.\d\d\.\d{4}, \d\d:\d\d Uhr"

    def told(by: Client, document: Document, kind: str) -> str:
        return text_of(by.post(f"/documents/{document.pk}/kind/", {"kind": kind}, headers=HTMX))

    assert re.search(f"von clerk bestätigt {moment}", told(clerk, suggested, "application"))
    assert re.search(f"von ben geändert {moment}; vorher: Antrag", told(ben, suggested, "offer"))
    assert re.search(f"von clerk bestätigt {moment}", told(clerk, suggested, "offer"))
    assert re.search(f"von ben geändert {moment}; vorher: Angebot", told(ben, suggested, "-"))
    taken_back = text_of(ben.post(f"/documents/{suggested.pk}/undo/", headers=HTMX))
    assert re.search(f"von clerk bestätigt {moment}", taken_back)
    assert re.search(f"von clerk festgelegt {moment}", told(clerk, unsure, "invoice"))


def test_that_no_kind_fits_an_unsure_document_is_told_as_chosen(clerk: Client) -> None:
    document = a_letter(kind=None, kind_confidence=0.31)
    answer = clerk.post(f"/documents/{document.pk}/kind/", {"kind": "-"}, headers=HTMX)
    assert "von clerk festgelegt am" in text_of(answer)


def test_a_confirmed_suggestion_is_told_as_one(browser_of: Callable[..., Client]) -> None:
    from dms.access.permissions import Role

    document = a_letter()
    browser_of(Role.CLERK).post(f"/documents/{document.pk}/kind/", {"kind": "application"})
    page = text_of(browser_of(Role.ARCHIVIST, name="arne").get(f"/documents/{document.pk}/"))
    assert "Dokumentart festgelegt: von „vorgeschlagen“ zu „bestätigt“" in page


# --- duplicates -----------------------------------------------------------------------------------------------------


def test_what_came_in_before_is_pointed_out_in_the_inbox_and_on_the_page(clerk: Client) -> None:
    from search.chosen import search_index
    from search.indexer import drain
    from search.source import RecordsSource
    from tests import factories

    first = a_letter(title="Das erste Mal", of=factories.item(b"same", at=factories.MORNING))
    again = a_letter(title="Noch einmal", of=factories.item(b"same"))
    sentence = "Wortgleich schon eingegangen am 02.03.2026: Das erste Mal"
    link = f'<a href="/documents/{first.pk}/">Das erste Mal</a>'
    drain(search_index(), RecordsSource())
    for address in (f"/documents/{again.pk}/", "/inbox/", "/"):
        page = clerk.get(address)
        assert text_of(page).count(sentence) == 1, address
        assert link in page.content.decode()
    assert "Wortgleich" not in text_of(clerk.get(f"/documents/{first.pk}/"))


def test_what_somebody_may_not_read_is_not_told_as_a_duplicate(browser_of: Callable[..., Client]) -> None:
    from dms.access.permissions import Role
    from search.chosen import search_index
    from search.indexer import drain
    from search.source import RecordsSource
    from tests import factories

    clerk = browser_of(Role.CLERK)
    a_letter(title="Geheim", of=factories.item(b"same", scope=factories.another_scope()))
    mine = a_letter(title="Meines", of=factories.item(b"same"))
    drain(search_index(), RecordsSource())
    for address in (f"/documents/{mine.pk}/", "/inbox/", "/"):
        assert "Wortgleich" not in text_of(clerk.get(address))
    factories.item(b"same")
    scanning = browser_of(Role.SCANNING, name="scan")
    assert "Wortgleich" in text_of(clerk.get("/inbox/"))
    assert "Wortgleich" not in text_of(scanning.get("/inbox/")), "scanning staff reads no letters"


def test_the_inbox_costs_the_same_few_queries_however_many_duplicates_it_has(
    clerk: Client, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    from tests import factories

    a_letter(of=factories.item(b"same"))
    factories.item(b"same")
    with django_assert_max_num_queries(20) as few:
        clerk.get("/inbox/list/")
    for _ in range(6):
        factories.item(b"same")
    with django_assert_num_queries(len(few)):
        assert text_of(clerk.get("/inbox/list/")).count("Wortgleich") == 7
