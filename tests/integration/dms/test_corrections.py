"""A person puts a document right: what changes, what is told of it, and how it is taken back."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from dms.access.actors import Actor, actor_for
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.audit.models import EventRow, OutboxEntry
from dms.audit.verify import Tally, verify_all
from dms.records.documents.corrections import document_correct, document_set_kind
from dms.records.documents.facts import LONGEST, InvalidFact
from dms.records.documents.kinds import NONE_FITS, UNSURE, kind_value
from dms.records.documents.undo import UNDO_TIME, NothingToUndo, document_undo, last_correction
from dms.records.meanwhile import ChangedMeanwhile, state_digest
from dms.records.models import Document, DocumentKind
from ingest.classification.keeping import corrected_examples
from ingest.classification.training import CORRECTION_WEIGHT
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store")]


@pytest.fixture
def anna(scope: Any) -> Actor:
    return actor_for(factories.user_with(Role.CLERK, name="anna", scope=scope))


@pytest.fixture
def ben(scope: Any) -> Actor:
    return actor_for(factories.user_with(Role.CLERK, name="ben", scope=scope))


@pytest.fixture
def letter(scope: Any) -> Document:
    return factories.document(["Hundesteuer"], title="Scan_0001", sender="", letter_date=None)


def fresh(document: Document) -> Document:
    return Document.objects.get(pk=document.pk)


def events() -> list[str]:
    return list(EventRow.objects.order_by("id").values_list("name", flat=True))


def test_a_correction_tells_who_what_and_what_stood_there_before(anna: Actor, letter: Document) -> None:
    OutboxEntry.objects.all().delete()
    document_correct(anna, letter, {"title": " Anmeldung\nder Hunde ", "letter_date": date(2026, 4, 3)})
    assert (fresh(letter).title, fresh(letter).letter_date) == ("Anmeldung der Hunde", date(2026, 4, 3))
    event = EventRow.objects.latest("id")
    [row] = json.loads(event.body)["rows"]
    assert (event.name, event.actor) == ("document:corrected", "user:anna")
    assert row["before"] == {"title": "Scan_0001", "letter_date": None}
    assert row["after"] == {"title": "Anmeldung der Hunde", "letter_date": "2026-04-03"}
    assert OutboxEntry.objects.filter(topic="search", target=letter.pk).exists(), "the index follows"
    assert list(verify_all(Tally())) == []


def test_what_stands_there_already_is_no_event(anna: Actor, letter: Document) -> None:
    before = events()
    document_correct(anna, letter, {"title": "Scan_0001", "sender": " "})
    assert events() == before


def test_kind_and_facts_are_corrected_together_or_not_at_all(anna: Actor, letter: Document) -> None:
    offer = DocumentKind.objects.get(pk="offer")
    with pytest.raises(InvalidFact):
        document_correct(anna, letter, {"kind": offer, "title": ""})
    assert (fresh(letter).kind_id, fresh(letter).title) == ("application", "Scan_0001")
    document_correct(anna, letter, {"kind": offer, "title": "Angebot"}, expected=state_digest(fresh(letter)))
    assert (fresh(letter).kind_id, fresh(letter).title) == ("offer", "Angebot")
    assert events()[-2:] == ["document:classified", "document:corrected"]


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ({"title": " \t\u200b"}, "title"),
        ({"title": "x" * (LONGEST + 1)}, "title"),
        ({"sender": "x" * (LONGEST + 1)}, "sender"),
        ({"letter_date": date(1499, 12, 31)}, "letter_date"),
        ({"letter_date": date(2036, 4, 3)}, "letter_date"),
    ],
)
def test_what_cannot_be_is_refused_by_name(anna: Actor, letter: Document, entered: Any, field: str) -> None:
    with pytest.raises(InvalidFact) as refusal:
        document_correct(anna, letter, entered)
    assert refusal.value.field == field
    assert str(refusal.value).endswith(".")
    assert fresh(letter).title == "Scan_0001"


def test_signs_that_nobody_sees_do_not_get_into_a_title(anna: Actor, letter: Document) -> None:
    document_correct(anna, letter, {"title": "Rech\u202enung\0 \ud800 Nr.\u00a01\u2028Bau\u00adhof"})
    assert fresh(letter).title == "Rechnung Nr. 1 Bauhof"


def test_who_may_only_read_corrects_nothing_not_even_to_the_same(letter: Document) -> None:
    reader = actor_for(factories.user_with(Role.ARCHIVIST, name="reader", scope=letter.scope))
    elsewhere = actor_for(factories.user_with(Role.CLERK, name="other", scope=factories.another_scope()))
    for actor in (reader, elsewhere):
        for title in ("Anders", letter.title):
            with pytest.raises(NotAllowed):
                document_correct(actor, letter, {"title": title})
        with pytest.raises(NotAllowed):
            document_undo(actor, letter, now=timezone.now())
    assert fresh(letter).title == "Scan_0001"


def test_nobody_overwrites_what_somebody_else_was_faster_with(anna: Actor, ben: Actor, letter: Document) -> None:
    seen = state_digest(letter)
    document_correct(ben, letter, {"title": "Von Ben"}, expected=seen)
    for title in ("Von Anna", "Von Ben"):
        with pytest.raises(ChangedMeanwhile):
            document_correct(anna, letter, {"title": title}, expected=seen)
    assert fresh(letter).title == "Von Ben"


def test_none_of_the_kinds_is_a_decision_and_not_unsure(anna: Actor, letter: Document) -> None:
    unsure = factories.document(["Zirkus"], kind=None, kind_confidence=0.3)
    assert kind_value(unsure) == UNSURE
    assert kind_value(document_set_kind(anna, unsure, kind=None)) == NONE_FITS
    assert kind_value(document_set_kind(anna, letter, kind=None)) == NONE_FITS
    assert fresh(letter).kind_source == "person"


# --- taking back ----------------------------------------------------------------------------------------------------


def test_a_correction_is_taken_back_and_everything_stands_as_before(anna: Actor, letter: Document) -> None:
    before = state_digest(letter)
    document_correct(anna, letter, {"title": "Anders", "letter_date": date(2026, 4, 3)})
    document_undo(anna, letter, now=timezone.now())
    assert state_digest(fresh(letter)) == before
    assert events()[-1] == "document:reverted"
    assert list(verify_all(Tally())) == []


def test_a_kind_taken_back_is_a_suggestion_again_and_teaches_nothing(anna: Actor, letter: Document) -> None:
    before = state_digest(letter)
    document_set_kind(anna, letter, kind=None)
    assert [one.kind for one in corrected_examples()] == [None]
    document_undo(anna, letter, now=timezone.now())
    assert (fresh(letter).kind_source, fresh(letter).state) == ("model", "received")
    assert state_digest(fresh(letter)) == before
    assert list(corrected_examples()) == []


def test_only_who_made_the_last_correction_takes_it_back_and_once(anna: Actor, ben: Actor, letter: Document) -> None:
    document_correct(anna, letter, {"title": "Von Anna"})
    with pytest.raises(NothingToUndo):
        document_undo(ben, letter, now=timezone.now())
    document_correct(ben, letter, {"sender": "Ben"})
    with pytest.raises(NothingToUndo):
        document_undo(anna, letter, now=timezone.now())
    document_undo(ben, letter, now=timezone.now())
    with pytest.raises(NothingToUndo):
        document_undo(ben, letter, now=timezone.now())
    assert (fresh(letter).title, fresh(letter).sender) == ("Von Anna", "")


def test_after_a_while_it_is_a_decision_and_stays(anna: Actor, letter: Document) -> None:
    document_correct(anna, letter, {"title": "Anders"})
    now = timezone.now()
    assert last_correction(anna, letter, now=now) is not None
    assert last_correction(anna, letter, now=now + UNDO_TIME + timedelta(seconds=1)) is None


def test_a_correction_of_another_document_of_the_same_mail_is_not_taken_back(anna: Actor, scope: Any) -> None:
    mail = factories.document(attachments=["Anlage.pdf"])
    document_correct(anna, mail.attachments.get(), {"title": "Lageplan"})
    with pytest.raises(NothingToUndo):
        document_undo(anna, mail, now=timezone.now())


# --- learning -------------------------------------------------------------------------------------------------------


def test_a_corrected_title_says_nothing_about_the_kind(anna: Actor, letter: Document) -> None:
    document_correct(anna, letter, {"title": "Anmeldung", "sender": "Erika Mustermann"})
    assert (fresh(letter).state, fresh(letter).kind_source) == ("received", "model")
    assert list(corrected_examples()) == [], "a suggestion that nobody looked at teaches nothing"


def test_a_settled_kind_teaches_with_its_weight_whatever_is_corrected_later(anna: Actor, letter: Document) -> None:
    document_set_kind(anna, letter, kind=DocumentKind.objects.get(pk="offer"))
    document_correct(anna, letter, {"title": "Angebot"})
    [example] = corrected_examples()
    assert (example.kind, example.weight) == ("offer", CORRECTION_WEIGHT)
