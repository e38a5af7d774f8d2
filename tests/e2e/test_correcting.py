"""A clerk puts a document right on its page, by keyboard, and sees the new state at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from tests.e2e.letters import HEDGE, INVOICE, index_all, letter
from tests.e2e.visiting import visit

if TYPE_CHECKING:
    from dms.records.models import Document

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def document(scope: Any) -> Document:
    return letter(HEDGE, title="Scan_0001", sender="", letter_date=date(2026, 2, 27))


def stored(document: Document) -> Document:
    return type(document).objects.get(pk=document.pk)


def toast(page: Page) -> Locator:
    return page.locator("#toast")


def test_a_title_is_corrected_by_keyboard_and_taken_back(page: Page, document: Document) -> None:
    visit(page, f"/documents/{document.pk}/")
    page.keyboard.press("t")
    page.keyboard.type("Antrag auf Rückschnitt")  # the old title was marked, and is typed over
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Antrag auf Rückschnitt")
    expect(page).to_have_title("Antrag auf Rückschnitt · Registratur")
    expect(toast(page)).to_contain_text("Gespeichert: Titel")
    expect(page.get_by_title("Titel berichtigen (t)")).to_be_focused()
    assert stored(document).title == "Antrag auf Rückschnitt"
    page.keyboard.press("Control+z")
    expect(heading).to_have_text("Scan_0001")
    expect(toast(page)).to_contain_text("Zurückgenommen.")
    assert stored(document).title == "Scan_0001"


def test_a_date_is_typed_in_german_and_a_wrong_one_is_told_beside_it(page: Page, document: Document) -> None:
    visit(page, f"/documents/{document.pk}/")
    page.keyboard.press("d")
    field = page.get_by_label("Datum", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_value("27.02.2026")
    page.keyboard.type("31.2.2026")
    page.keyboard.press("Enter")
    fact = page.locator("#fact-date")
    expect(fact.get_by_role("alert")).to_contain_text("„31.2.2026“ ist kein Datum.")
    expect(field).to_be_focused()
    expect(field).to_have_value("31.2.2026")
    field.fill("3.4.2026")
    page.keyboard.press("Enter")
    expect(fact.locator(".fact__value")).to_have_text("03.04.2026")
    expect(field).to_be_hidden()
    assert stored(document).letter_date == date(2026, 4, 3)


def test_escape_leaves_everything_as_it_was(page: Page, document: Document) -> None:
    visit(page, f"/documents/{document.pk}/")
    page.keyboard.press("v")
    field = page.get_by_label("Absender", exact=True)
    page.keyboard.type("Familie Öztürk")
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    expect(page.get_by_title("Absender berichtigen (v)")).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_have_value("")
    page.get_by_role("button", name="Abbrechen").locator("visible=true").click()
    expect(field).to_be_hidden()
    assert stored(document).sender == ""


def test_words_are_copied_from_the_letter_while_the_form_is_open(page: Page, document: Document) -> None:
    visit(page, f"/documents/{document.pk}/")
    page.get_by_title("Absender berichtigen (v)").click()
    line = page.locator("#page-1 text").nth(1).bounding_box()
    assert line is not None
    page.mouse.move(line["x"] + 1, line["y"] + line["height"] / 2)
    page.mouse.down()
    page.mouse.move(line["x"] + line["width"] - 1, line["y"] + line["height"] / 2, steps=5)
    page.mouse.up()
    page.keyboard.press("Control+c")
    field = page.get_by_label("Absender", exact=True)
    field.click()
    page.keyboard.press("Control+v")
    page.keyboard.press("Enter")
    expect(page.locator("#fact-sender .fact__value")).to_have_text("Lindenweg 7 in 35990 Neustadt")


def test_what_was_typed_is_not_lost_by_a_slip(page: Page, document: Document) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    visit(page, f"/documents/{document.pk}/")
    page.keyboard.press("t")
    page.keyboard.type("Ein langer neuer Titel")
    page.get_by_role("link", name="Posteingang").click(no_wait_after=True)
    expect(page.get_by_label("Titel", exact=True)).to_have_value("Ein langer neuer Titel")
    assert asked == ["beforeunload"]
    page.keyboard.press("Escape")


def test_none_of_the_kinds_is_shown_at_once_as_decided_and_can_be_taken_back(page: Page, document: Document) -> None:
    visit(page, f"/documents/{document.pk}/")
    page.keyboard.press("1")
    page.keyboard.press("a")
    page.get_by_role("button", name="Keine davon").click()
    panel, facts = page.locator("#kind-panel"), page.locator(".facts")
    expect(panel).to_contain_text("keine passende Art")
    expect(panel).to_contain_text("von clerk geändert am")
    expect(panel).not_to_contain_text("unsicher")
    expect(facts).to_contain_text("geprüft")
    expect(page.locator(".history li").first).to_contain_text("zu „keine passende Art“")
    expect(page.locator("[data-zoom-value]")).to_have_text("100 %")
    toast(page).get_by_role("button", name="Rückgängig").click()
    expect(panel).to_contain_text("93 % sicher")
    expect(facts).to_contain_text("eingegangen")
    assert (stored(document).kind_id, stored(document).kind_source) == ("application", "model")


def test_decided_and_unsure_stand_apart_in_list_and_facets(page: Page, document: Document) -> None:
    unsure = letter(INVOICE, title="Fragliches Schreiben", kind=None, kind_confidence=0.3)
    visit(page, f"/documents/{document.pk}/")
    page.keyboard.press("a")
    page.get_by_role("button", name="Keine davon").click()
    expect(toast(page)).to_contain_text("keine passende Art")
    index_all()
    visit(page, "/")
    expect(page.locator(".hit", has_text="Scan_0001")).to_contain_text("keine passende Art")
    expect(page.locator(".hit", has_text=unsure.title)).to_contain_text("unsicher")
    page.locator(".facet__choice", has_text="keine passende Art").click()
    expect(page.locator(".hit")).to_have_count(1)
    expect(page.locator(".hit")).to_contain_text("Scan_0001")


def test_keys_of_what_is_gone_press_nothing(page: Page, document: Document) -> None:
    visit(page, f"/documents/{document.pk}/")
    page.keyboard.press("b")
    expect(page.locator("#kind-panel")).to_contain_text("von clerk bestätigt am")
    before = type(document).objects.count(), _events(document)
    page.keyboard.press("b")
    page.keyboard.press("t")
    expect(page.get_by_label("Titel", exact=True)).to_be_focused()
    assert (type(document).objects.count(), _events(document)) == before


def test_an_answer_that_is_none_takes_nothing_away(page: Page, document: Document, complaints: list[str]) -> None:
    visit(page, f"/documents/{document.pk}/")
    page.route("**/facts/**", lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))
    page.keyboard.press("t")
    page.keyboard.type("Neuer Titel")
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("Es wurde nichts gespeichert")
    expect(page.get_by_label("Titel", exact=True)).to_have_value("Neuer Titel")
    expect(page.locator("#kind-panel")).to_be_visible()
    page.keyboard.press("Escape")
    assert all("502" in complaint for complaint in complaints)
    complaints.clear()


def test_a_document_is_put_right_on_a_phone_and_without_scripts(
    new_page: Callable[..., Page], document: Document
) -> None:
    page = new_page(phone=True, scripts=False)
    page.goto(f"/documents/{document.pk}/")
    page.get_by_title("Titel berichtigen (t)").click()
    page.get_by_label("Titel", exact=True).fill("Antrag auf Rückschnitt")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Antrag auf Rückschnitt")
    page.get_by_role("button", name="Rückgängig").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Scan_0001")


def test_a_duplicate_leads_to_the_first(page: Page, scope: Any) -> None:
    from tests import factories

    first = letter(HEDGE, title="Das erste Mal", of=factories.item(b"same"))
    again = letter(HEDGE, title="Noch einmal", of=factories.item(b"same"))
    visit(page, "/inbox/")
    row = page.locator(f"#item-{again.item_id}")
    expect(row).to_contain_text("Wortgleich schon eingegangen am")
    row.get_by_role("link", name="Noch einmal").click()
    page.get_by_text("Wortgleich schon eingegangen am").get_by_role("link").click()
    expect(page).to_have_url(f"/documents/{first.pk}/")


def _events(document: Document) -> int:
    from dms.audit.models import EventRow

    return EventRow.objects.filter(chain=document.chain).count()
