"""Long words and narrow columns: nothing stands out of its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.kinds import give_kind
from tests.e2e.letters import HEDGE, letter
from tests.e2e.visiting import ready, visit

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

LONG = "Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnungsstelle"
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
OUTSIDE = """(selector) => [...document.querySelectorAll(selector)].flatMap((box) => {
  const edge = box.getBoundingClientRect().right;
  return [...box.querySelectorAll("*")]
    .filter((part) => part.checkVisibility() && !part.closest(".visually-hidden"))
    .filter((part) => part.getBoundingClientRect().right > edge + 1)
    .map((part) => `${part.tagName} ${part.textContent.trim().slice(0, 40)}`);
})"""
"""What stands out of these boxes at the right."""


def test_a_unit_with_a_long_name_is_told_of_within_a_phone(new_page: Callable[..., Page]) -> None:
    page = new_page(phone=True)
    visit(page, "/organisation/add/unit/")
    page.get_by_label("Name").fill(LONG)
    page.get_by_label("Warum?").fill("Geschäftsverteilungsplan")
    page.get_by_role("button", name="Speichern").click()
    ready(page)
    assert page.locator(".messages").get_by_text(LONG).is_visible()
    assert not page.evaluate(SIDEWAYS)
    left = page.locator(".main > .pagehead").bounding_box()
    actions = page.locator(".main > .pagehead .pagehead__actions").bounding_box()
    assert left
    assert actions
    assert actions["x"] == pytest.approx(left["x"], abs=1)  # below the heading, they begin where it does


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_what_stands_beside_a_document_stays_in_its_column(new_page: Callable[..., Page], phone: bool) -> None:
    document = letter(HEDGE, title="Antrag auf Fällung einer Hecke am Lindenweg")
    page = new_page(phone=phone)
    visit(page, f"/documents/{document.pk}/")
    page.locator("#versions summary").first.wait_for()
    for one in page.locator("#versions summary").all():
        one.click()
    assert page.evaluate(OUTSIDE, ".details .panel") == []


def test_a_document_of_a_dossier_stands_beside_its_box(new_page: Callable[..., Page]) -> None:
    from django.utils import timezone

    from dms.access.actors import actor_for
    from dms.access.models import User
    from dms.records.dossiers.filing import Place, documents_file
    from tests import factories

    factories.file_plan()
    dossier = factories.dossier()
    document = letter(HEDGE, title="Außerordentliche Kündigung des Gartenpachtvertrages Nr. 8526")
    documents_file(actor_for(User.objects.get(username="clerk")), [document], Place(dossier), now=timezone.now())
    page = new_page(phone=True)
    visit(page, f"/dossiers/{dossier.pk}/")
    box = page.locator('.documents input[type="checkbox"]').bounding_box()
    words = page.locator(".documents a").bounding_box()
    assert box
    assert words
    assert abs(words["y"] - box["y"]) < 12
    assert words["x"] > box["x"] + box["width"]
    heading = page.locator(".card > .pagehead").first
    whole, button = heading.bounding_box(), heading.locator(".pagehead__actions").bounding_box()
    assert whole
    assert button
    assert button["x"] + button["width"] == pytest.approx(whole["x"] + whole["width"], abs=1)


def test_a_field_asks_only_what_its_sort_has(new_page: Callable[..., Page]) -> None:
    from tests import factories

    factories.file_plan()
    give_kind(factories.dossier())
    page = new_page()
    visit(page, "/kinds/dossier/building/fields/")
    row = page.locator(".fieldrow").first
    if not row.locator("details[open]").count():
        row.locator("summary").click()
    values, pattern = row.get_by_label("Auswahl", exact=True), row.get_by_label("Muster", exact=True)
    for sort, asks_values, asks_pattern in (("text", False, True), ("choice", True, False), ("date", False, False)):
        row.get_by_label("Art der Angabe").select_option(sort)
        assert (values.is_visible(), pattern.is_visible()) == (asks_values, asks_pattern), sort


def test_the_words_to_search_dossiers_by_have_the_width_of_a_phone(new_page: Callable[..., Page]) -> None:
    from tests import factories

    factories.file_plan()
    give_kind(factories.dossier())
    page = new_page(phone=True)
    visit(page, "/dossiers/")
    words = page.get_by_label("Akten suchen").bounding_box()
    assert words
    assert words["width"] > 300
    assert page.evaluate(OUTSIDE, "#dossier-search") == []
