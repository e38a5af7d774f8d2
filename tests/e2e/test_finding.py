"""A clerk looks for a letter and sees the found words on its page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from dms.pages import PlacedWord
from tests.e2e.letters import HEDGE, INVOICE, LAST_PAGE, letter
from tests.e2e.visiting import ready, visit

if TYPE_CHECKING:
    from dms.records.models import Document

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_a_clerk_who_is_not_logged_in_is_led_back_to_the_page_after_logging_in(new_page: Callable[..., Page]) -> None:
    page = new_page(logged_in=False)
    page.goto("/inbox/")
    page.get_by_label("Name").fill("clerk")
    page.get_by_label("Kennwort").fill("Kennwort-der-Probe")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Posteingang")).to_be_visible()


def test_a_wrong_password_is_told_in_german(new_page: Callable[..., Page]) -> None:
    page = new_page(logged_in=False)
    page.goto("/login/")
    page.get_by_label("Name").fill("clerk")
    page.get_by_label("Kennwort").fill("falsch")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Name oder Kennwort stimmen nicht")


def test_hits_come_while_typing_and_the_address_can_be_shared(page: Page) -> None:
    letter(HEDGE, title="Hecke am Lindenweg")
    letter(INVOICE, title="Rechnung Streusalz", kind="invoice")
    visit(page, "/")
    expect(page.locator("[data-hit]")).to_have_count(2)
    page.keyboard.type("Streusalz")  # the box has the focus
    expect(page.locator("[data-hit]")).to_have_count(1)
    expect(page.locator(".hit__snippet mark").first).to_have_text("Streusalz")
    expect(page).to_have_url(re.compile(r"\?q=Streusalz"))
    assert page.evaluate("document.activeElement.id") == "q"
    page.reload()
    expect(page.get_by_role("link", name="Rechnung Streusalz")).to_be_visible()


def test_filters_can_be_added_and_taken_away_again(page: Page) -> None:
    letter(HEDGE, title="Hecke am Lindenweg")
    letter(INVOICE, title="Rechnung Streusalz", kind="invoice")
    visit(page, "/?q=Genehmigung")
    page.get_by_role("link", name=re.compile("^Rechnung 1")).click()
    expect(page.locator("[data-hit]")).to_have_count(1)
    expect(page).to_have_url(re.compile("kind=invoice"))
    page.get_by_role("link", name=re.compile("^Antrag 1")).click()  # several values of one facet
    expect(page.locator("[data-hit]")).to_have_count(2)
    page.get_by_role("link", name="Alle Filter entfernen").click()
    expect(page).not_to_have_url(re.compile("kind="))


def test_hits_are_walked_and_opened_by_keyboard(page: Page) -> None:
    letter(HEDGE, title="Hecke am Lindenweg")
    letter(INVOICE, title="Rechnung Streusalz")
    visit(page, "/?q=Genehmigung")
    titles = page.locator(".hit__title").all_inner_texts()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".hit.is-current .hit__title")).to_have_text(titles[1])
    expect(page.locator("#preview .find")).not_to_have_count(0)
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(titles[0])
    expect(page.locator(".dochead__number")).to_have_text("1 von 2")
    ready(page)
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_have_text(titles[1])
    ready(page)
    page.keyboard.press("u")
    expect(page.locator("[data-hit]")).to_have_count(2)


def test_the_slash_key_leads_to_the_search_box_from_everywhere(page: Page) -> None:
    visit(page, "/inbox/")
    page.keyboard.press("/")
    page.keyboard.type("Hecke")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/\?q=Hecke"))
    expect(page.get_by_text("Nichts gefunden zu „Hecke“")).to_be_visible()


def test_the_slash_key_is_not_typed_into_the_search_box_that_has_the_focus_already(page: Page) -> None:
    visit(page, "/")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#q")).to_have_value("")
    page.keyboard.type("12/3")
    expect(page.locator("#q")).to_have_value("12/3")


def test_the_preview_says_that_it_loads_until_it_is_there(page: Page) -> None:
    letter(HEDGE, title="Hecke am Lindenweg")
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/pages/1/**", hold)
    visit(page, "/?q=Genehmigung")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("#preview")).to_have_text("Die Vorschau lädt …")
    waiting[-1].continue_()
    expect(page.locator("#preview svg")).to_be_visible()


def test_the_preview_of_what_is_specially_protected_says_that_it_is_withheld_and_why(page: Page) -> None:
    from dms.records.dossiers.filing import Place, documents_file
    from dms.records.protection.marking import sensitive_mark
    from dms.records.protection.sensitivity import SensitiveClass
    from tests import factories

    document, actor = letter(HEDGE, title="Hecke am Lindenweg"), factories.everywhere_actor()
    factories.file_plan()
    dossier = factories.dossier()
    documents_file(actor, [document], Place(dossier), now=timezone.now())
    sensitive_mark(actor, dossier, SensitiveClass.HEALTH, asks_purpose=True, reason="Gutachten")
    visit(page, "/?q=Genehmigung")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("#preview")).to_contain_text("Besonders geschützt: Die Vorschau bleibt zu.")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("Öztürk", ["Öztürk"]),
        ("genehmigung", ["Genehmigung", "Genehmigungen"]),
        ('"Hecke am Gehweg"', ["Hecke", "am", "Gehweg"]),
    ],
)
def test_the_found_words_are_boxed_on_the_picture(page: Page, asked: str, words: list[str]) -> None:
    document = letter(HEDGE, title="Hecke am Lindenweg")
    visit(page, "/")
    page.get_by_label("Dokumente suchen").fill(asked)
    page.keyboard.press("Enter")
    expect(page.locator(".hit mark").first).to_be_visible()
    page.get_by_role("link", name="Hecke am Lindenweg").click()
    expect(page.locator("#finds-count")).to_contain_text("Treffer 1 von")
    boxed = page.locator("#page-1 .find rect")
    expect(boxed).to_have_count(len(words))
    placed = {placed.word.text: placed.word.box for placed in _words(document)}
    sheet = page.locator("#page-1 svg").bounding_box()
    assert sheet is not None
    for number, word in enumerate(words):
        seen, box = boxed.nth(number).bounding_box(), placed[word]
        assert seen is not None
        assert seen["x"] == pytest.approx(sheet["x"] + box.x0 * sheet["width"], abs=4)
        assert seen["y"] == pytest.approx(sheet["y"] + box.y0 * sheet["height"], abs=4)
        assert seen["width"] == pytest.approx((box.x1 - box.x0) * sheet["width"], abs=6)


def test_finds_are_walked_over_all_pages(page: Page) -> None:
    document = letter(HEDGE, INVOICE, "Leer", LAST_PAGE, title="Vier Seiten")
    visit(page, f"/documents/{document.pk}/?q=Genehmigung")
    counter = page.locator("#finds-count")
    expect(counter).to_have_text("Treffer 1 von 4")
    for key, told in [("n", "2"), ("F3", "3"), ("n", "4")]:
        page.keyboard.press(key)
        expect(counter).to_have_text(f"Treffer {told} von 4")
    current = page.locator("#page-4 .find.is-current")
    expect(current).to_be_in_viewport()
    expect(page.locator("#page-number")).to_have_value("4")
    page.keyboard.press("n")  # round again
    expect(page.locator("#page-1 .find.is-current")).to_be_in_viewport()
    page.get_by_role("button", name="Vorheriger Treffer").click()
    expect(counter).to_have_text("Treffer 4 von 4")


def test_text_on_the_picture_can_be_marked_and_copied_in_lines(page: Page) -> None:
    document = letter(HEDGE, title="Hecke am Lindenweg")
    visit(page, f"/documents/{document.pk}/")
    lines = page.locator("#page-1 text")
    start, end = lines.nth(4).bounding_box(), lines.nth(6).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 1, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] - 1, end["y"] + end["height"] / 2, steps=8)
    page.mouse.up()
    page.keyboard.press("Control+c")
    copied = page.evaluate("navigator.clipboard.readText()")
    wanted = [line for line in HEDGE.splitlines() if line][4:7]
    assert [line.strip() for line in copied.splitlines() if line.strip()] == wanted


def test_pages_are_jumped_to_zoomed_and_kept_few(page: Page) -> None:
    document = letter(*[f"Seite Nummer {n} von vielen" for n in range(1, 31)], title="Dreißig Seiten")
    visit(page, f"/documents/{document.pk}/")
    page.keyboard.press("s")
    page.keyboard.type("25")
    page.keyboard.press("Enter")
    expect(page.locator("#page-25 text").first).to_be_in_viewport()
    expect(page.locator("#page-1 text")).to_have_count(0)  # far away: emptied
    before = page.locator("#page-25").bounding_box()
    page.keyboard.press("+")
    page.keyboard.press("+")
    after = page.locator("#page-25").bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > before["width"]
    expect(page.locator("#page-25")).to_be_in_viewport()
    page.keyboard.press("1")
    expect(page.locator("[data-zoom-value]")).to_have_text("100 %")


def test_single_keys_are_laid_over_the_page_and_can_be_switched_off(page: Page) -> None:
    visit(page, "/inbox/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Tasten")).to_contain_text("Zum Aktenplan")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url.endswith("/inbox/")
    visit(page, "/help/")
    page.get_by_label("Tasten ohne Strg und Alt verwenden").uncheck()
    visit(page, "/inbox/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "top-q"


def test_everything_is_there_without_scripts(new_page: Callable[..., Page]) -> None:
    document = letter(HEDGE, LAST_PAGE, title="Hecke am Lindenweg")
    page = new_page(scripts=False)
    page.goto("/")
    page.get_by_label("Dokumente suchen").fill("Lageplan")
    page.get_by_role("button", name="Suchen").click()
    page.get_by_role("link", name="Hecke am Lindenweg").click()
    expect(page.locator("#page-2 .find rect")).to_have_count(1)
    page.goto(f"/documents/{document.pk}/text/")
    expect(page.get_by_text("wächst seit Jahren")).to_be_visible()


def _words(document: Document) -> list[PlacedWord]:
    from dms.records.models import Page as RecordPage

    return list(RecordPage.objects.get(version__document=document, number=1).page_text.placed_words())
