"""What changed between two versions, or between two moments, told to those who may know."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from dms.access.actors import actor_for, system_ingest
from dms.access.permissions import Role
from dms.audit.door import change
from dms.audit.events import Event
from dms.records.documents.comparing import (
    Difference,
    Line,
    Mark,
    PageDifference,
    Side,
    compare,
    side_at,
    side_of_version,
)
from dms.records.documents.corrections import document_correct
from dms.records.documents.versions import Handed, version_add
from dms.records.models import Document
from tests import factories

FIRST = ["Sehr geehrte Damen\nich beantrage eine Linde\nzu fällen\nMit Grüßen", "Anlage Lageplan", "Anlage Foto"]
SECOND = ["Sehr geehrte Damen\nich beantrage zwei Linden\nzu fällen\nMit Grüßen", "Anlage Foto", "Anlage Vollmacht"]


@pytest.fixture
def letter(db: None, store: Path) -> Document:
    """Corrected, then with a second version."""
    document = factories.document(FIRST, title="Brief")
    clerk = actor_for(factories.user_with(Role.CLERK, name="anna"))
    document_correct(clerk, document, {"title": "Antrag Linde"})
    new_version(document, SECOND)
    return document


def new_version(document: Document, pages: list[str]) -> None:
    item = factories.item(filename="neu.txt")
    content = factories.new_document(item, pages)
    chain = document.chain
    with change(system_ingest(), Event.DOCUMENT_VERSION_ADDED, document, chain=chain) as opened:
        version_add(opened, content, Handed(item.pk, "neu.txt", timezone.now(), "user:anna", ""))


def side(document: Document, number: int) -> Side:
    found = side_of_version(Document.objects.get(pk=document.pk), number)
    assert found is not None
    return found


def test_metadata_and_file_are_compared(letter: Document) -> None:
    found = compare(side(letter, 1), side(letter, 2))
    differences = {one.field: one for one in found.fields}
    assert differences["title"] == Difference("title", "Brief", "Antrag Linde")
    assert differences["name"] == Difference("name", "brief.txt", "neu.txt")
    assert "page_count" not in differences


def test_the_text_is_compared_page_by_page_and_pages_find_each_other(letter: Document) -> None:
    changed, gone, new = compare(side(letter, 1), side(letter, 2)).pages
    assert (changed.before, changed.after) == (1, 1)
    assert Line(Mark.REMOVED, "ich beantrage eine Linde") in changed.lines
    assert Line(Mark.ADDED, "ich beantrage zwei Linden") in changed.lines
    assert Line(Mark.SAME, "zu fällen") in changed.lines
    assert gone == PageDifference(2, None, (Line(Mark.REMOVED, "Anlage Lageplan"),))
    assert new == PageDifference(None, 3, (Line(Mark.ADDED, "Anlage Vollmacht"),))


def test_a_version_with_itself_differs_in_nothing(letter: Document) -> None:
    found = compare(side(letter, 2), side(letter, 2))
    assert (found.fields, found.pages) == ((), ())


def test_two_moments_are_compared(letter: Document) -> None:
    before_all = side_at(letter, letter.received_at - timedelta(days=1))
    assert before_all is None
    now = side_at(letter, timezone.now())
    assert now is not None
    assert (now.version.number, now.values["title"]) == (2, "Antrag Linde")


def test_programs_ask_for_it_and_moments_are_for_those_who_may_see_histories(letter: Document) -> None:
    clerk = factories.program_of(factories.user_with(Role.CLERK, name="anna"))
    path = f"/api/v1/documents/{letter.pk}/comparison/"
    answer: Any = clerk.get(path, {"left": 1, "right": 2}).json()
    assert {one["field"] for one in answer["differences"]} == {"title", "name"}
    assert [page["after"] for page in answer["pages"]] == [1, None, 3]
    assert clerk.get(path, {"left": 1, "right": 9}).status_code == 404
    assert clerk.get(path, {"left": 1}).status_code == 400
    moment: dict[str, Any] = {"left": 1, "right_at": timezone.now().isoformat()}
    assert clerk.get(path, moment).status_code == 404
    keeper = factories.program_of(factories.user_with(Role.REGISTRY, name="rita"))
    assert keeper.get(path, moment).json()["right"] == 2


def test_the_page_tells_it_in_words(letter: Document) -> None:
    browser = Client()
    browser.force_login(factories.user_with(Role.CLERK, name="anna"))
    shown = browser.get(f"/documents/{letter.pk}/compare/").content.decode()
    for words in ("Seite 1 ist geändert", "Seite 2 entfällt", "Seite 3 ist neu", "<del>ich beantrage eine Linde</del>"):
        assert words in shown
    assert "oder Stand vom" not in shown
    assert "Diesen Stand gibt es nicht" in browser.get(f"/documents/{letter.pk}/compare/?right=9").content.decode()
