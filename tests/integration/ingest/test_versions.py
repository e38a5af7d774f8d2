"""A new version of a document goes through the same steps as mail, and is the current one only when it is whole."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dms.access.actors import Actor, actor_for
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.adapters.chosen import object_store
from dms.audit.events import Event
from dms.audit.models import EventRow, OutboxEntry, target_name
from dms.ports import ScanResult, ScanVerdict
from dms.records.documents.corrections import document_correct
from dms.records.documents.facts import InvalidFact
from dms.records.documents.versions import may_hand_in, version_of
from dms.records.dossiers.closing import DossierClosed
from dms.records.dossiers.filing import Place, documents_file
from dms.records.dossiers.keeping import dossier_close
from dms.records.meanwhile import ChangedMeanwhile, state_digest
from dms.records.models import Document, DocumentVersion, ObjectRole, StoredObject
from ingest.hand_in import SameBytes, version_hand_in
from ingest.intake import Delivery, KeyUsedForOtherBytes, Receipt
from ingest.models import InboxItem, ItemState, Source
from ingest.objects.known import known_objects
from ingest.reading.text_layout import set_text
from ingest.reasons import Reason
from ingest.retries import item_retry
from ingest.samples.signing import sign_for
from ingest.version_pending import VersionPending
from ingest.work.attempt import Tools
from search.source import RecordsSource
from tests import factories
from tests.integration.ingest.working import LETTER, SetClock, worked
from tests.proving import proven

pytestmark = pytest.mark.django_db
BETTER = b"Sehr geehrte Damen und Herren,\n\nich ziehe den Antrag zur\xc3\xbcck.\n"


@pytest.fixture
def clerk(tools: Tools) -> Actor:
    return actor_for(factories.user_with(Role.CLERK, name="carl"))


@pytest.fixture
def letter(tools: Tools) -> Document:
    item = worked(factories.item(LETTER, "antrag.txt"), tools)
    found: Document = Document.objects.get(item_id=item.pk)
    return found


def handed_in(clerk: Actor, document: Document, content: bytes = BETTER, name: str = "neu.txt", **more: Any) -> Receipt:
    key = more.pop("key", None)
    delivery = Delivery(filename=name, source=Source.UPLOAD, idempotency_key=key)
    return version_hand_in(clerk, document, io.BytesIO(content), delivery, clock=SetClock(), **more)


def fresh(document: Document) -> Document:
    found: Document = Document.objects.select_related("dossier", "case").get(pk=document.pk)
    return found


def text_of(document: Document, number: int | None = None) -> str:
    version = version_of(document, number)
    assert version is not None
    return "\n".join(page.page_text.text for page in version.pages.all())


def objects_of(version: DocumentVersion | None) -> dict[str, StoredObject]:
    return {one.role: one for one in StoredObject.objects.filter(version=version)}


def names(document: Document) -> list[str]:
    events = EventRow.objects.filter(target=target_name(document)).order_by("id")
    return list(events.values_list("name", flat=True))


def test_a_new_version_is_current_once_it_is_read_and_the_former_one_stays_whole(
    clerk: Actor, letter: Document, tools: Tools
) -> None:
    before = objects_of(version_of(letter))
    item = handed_in(clerk, letter, comment="Rücknahme des Antrags").item
    assert fresh(letter).version_number == 1, "not read yet"
    item = worked(item, tools)
    assert item.state == ItemState.DONE
    assert fresh(letter).version_number == 2
    second = version_of(fresh(letter))
    assert second is not None
    assert (second.number, second.name, second.comment) == (2, "neu.txt", "Rücknahme des Antrags")
    assert (second.handed_in_by, second.handed_in_at, second.came_by) == ("user:carl", item.received_at, item.pk)
    assert "zurück" in text_of(letter)
    assert "Anwohnerparkausweis" in text_of(letter, 1)
    now = objects_of(second)
    assert set(now) >= {ObjectRole.ORIGINAL, ObjectRole.RENDITION, ObjectRole.THUMBNAIL, ObjectRole.PAGE_IMAGE}
    assert not {one.key for one in before.values()} & {one.key for one in now.values()}
    for stored in [*before.values(), *now.values()]:
        object_store().verify(stored.key, stored.sha256)
    with object_store().read(before[ObjectRole.ORIGINAL].key) as stream:
        assert stream.read() == LETTER
    assert proven()


def test_what_people_know_of_the_document_stays(clerk: Actor, letter: Document, tools: Tools) -> None:
    document_correct(clerk, letter, {"title": "Parkausweis Lindenweg", "sender": "Erika Mustermann"})
    worked(handed_in(clerk, letter).item, tools)
    stands = fresh(letter)
    assert (stands.title, stands.sender, stands.filename) == ("Parkausweis Lindenweg", "Erika Mustermann", "antrag.txt")


def test_search_is_told_of_the_new_text(clerk: Actor, letter: Document, tools: Tools) -> None:
    OutboxEntry.objects.all().delete()
    worked(handed_in(clerk, letter).item, tools)
    assert OutboxEntry.objects.filter(topic="search", target=letter.pk).exists()
    [entry] = RecordsSource().entries([letter.pk])
    assert "zurück" in entry.pages[0]
    assert "Anwohnerparkausweis" not in entry.pages[0]


def test_the_chain_of_the_document_tells_who_handed_in_what_and_why(
    clerk: Actor, letter: Document, tools: Tools
) -> None:
    worked(handed_in(clerk, letter, comment="Unterschrift fehlte").item, tools)
    assert names(letter) == [Event.DOCUMENT_VERSION_HANDED_IN, Event.DOCUMENT_VERSION_ADDED]
    handed, added = EventRow.objects.filter(target=target_name(letter)).order_by("id")
    assert handed.chain == added.chain == letter.chain
    assert (handed.actor, added.actor) == ("user:carl", "system:ingest")
    assert "Unterschrift fehlte" in handed.body
    assert '"version":2' in added.body


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "leer.pdf", Reason.EMPTY_FILE),
        (b"%PDF-1.7\nkaputt", "kaputt.pdf", Reason.DAMAGED_FILE),
        (b"From: a@example.org\nTo: b@example.org\nSubject: Neu\n\nText\n", "neu.eml", Reason.MAIL_AS_VERSION),
    ],
)
def test_a_file_that_cannot_be_read_becomes_no_version_and_says_why(
    clerk: Actor, letter: Document, tools: Tools, content: bytes, name: str, reason: Reason
) -> None:
    item = worked(handed_in(clerk, letter, content, name).item, tools)
    assert (item.state, item.reason) == (ItemState.REFUSED, reason.value)
    assert fresh(letter).version_number == 1
    assert "Anwohnerparkausweis" in text_of(letter)
    assert names(letter)[-1] == Event.DOCUMENT_VERSION_FAILED
    assert not Document.objects.exclude(pk=letter.pk).exists()
    assert proven()


def test_malware_becomes_no_version(clerk: Actor, letter: Document, tools: Tools) -> None:
    class Infected:
        def scan(self, stream: Any) -> ScanResult:
            return ScanResult(ScanVerdict.INFECTED, "Eicar")

    item = worked(handed_in(clerk, letter).item, replace(tools, scanner=Infected()))
    assert (item.state, item.reason) == (ItemState.REFUSED, Reason.MALWARE_FOUND.value)
    assert fresh(letter).version_number == 1


def test_one_version_at_a_time_is_read(clerk: Actor, letter: Document, tools: Tools) -> None:
    item = handed_in(clerk, letter).item
    with pytest.raises(VersionPending):
        handed_in(clerk, letter, b"noch eine")
    worked(item, tools)
    assert worked(handed_in(clerk, letter, b"noch eine").item, tools).state == ItemState.DONE
    assert fresh(letter).version_number == 3


def test_a_failed_version_cannot_overtake_the_one_that_is_read_now(
    clerk: Actor, letter: Document, tools: Tools
) -> None:
    failed = worked(handed_in(clerk, letter, b"%PDF-1.7\nkaputt", "kaputt.pdf").item, tools)
    handed_in(clerk, letter)
    with pytest.raises(VersionPending):
        item_retry(clerk, failed)


def test_the_very_same_bytes_are_no_new_version_and_nothing_of_them_is_kept(
    clerk: Actor, letter: Document, tools: Tools
) -> None:
    keys = set(object_store().keys(""))
    with pytest.raises(SameBytes):
        handed_in(clerk, letter, LETTER)
    assert set(object_store().keys("")) == keys
    assert not InboxItem.objects.filter(document=letter).exists()


def test_handing_in_repeats_safely_with_a_key(clerk: Actor, letter: Document) -> None:
    first = handed_in(clerk, letter, key="k1")
    second = handed_in(clerk, letter, key="k1")
    assert first.created
    assert not second.created
    assert first.item == second.item
    with pytest.raises(KeyUsedForOtherBytes):
        handed_in(clerk, letter, b"anderes", key="k1")


def test_who_may_only_read_hands_in_nothing(letter: Document) -> None:
    reader = actor_for(factories.user_with(Role.ARCHIVIST, name="vera"))
    assert not may_hand_in(reader, fresh(letter), factories.MORNING)
    with pytest.raises(NotAllowed):
        handed_in(reader, letter)


def test_a_document_that_was_changed_meanwhile_takes_no_version_by_an_old_etag(clerk: Actor, letter: Document) -> None:
    looked_at = state_digest(letter)
    document_correct(clerk, letter, {"title": "Anders"})
    with pytest.raises(ChangedMeanwhile):
        handed_in(clerk, letter, expected=looked_at)


def test_a_comment_that_is_too_long_is_refused_before_anything_is_stored(clerk: Actor, letter: Document) -> None:
    keys = set(object_store().keys(""))
    with pytest.raises(InvalidFact):
        handed_in(clerk, letter, comment="x" * 501)
    assert set(object_store().keys("")) == keys


def test_in_a_closed_dossier_nobody_hands_in_a_version(clerk: Actor, letter: Document, clock: SetClock) -> None:
    dossier = factories.dossier()
    documents_file(clerk, [letter], Place(dossier), now=clock.now())
    dossier_close(clerk, dossier, now=clock.now())
    registry = actor_for(factories.user_with(Role.REGISTRY, name="rita"))
    assert not may_hand_in(registry, fresh(letter), clock.now())
    with pytest.raises(DossierClosed):
        handed_in(registry, fresh(letter))


def test_a_dossier_that_is_closed_while_the_version_is_read_keeps_what_it_has(
    clerk: Actor, letter: Document, tools: Tools, clock: SetClock
) -> None:
    dossier = factories.dossier()
    documents_file(clerk, [letter], Place(dossier), now=clock.now())
    item = handed_in(clerk, fresh(letter)).item
    dossier_close(clerk, dossier, now=clock.now())
    item = worked(item, tools)
    assert (item.state, item.reason) == (ItemState.REFUSED, Reason.FILE_CLOSED.value)
    assert fresh(letter).version_number == 1
    assert proven()


def test_a_version_that_is_read_while_the_document_is_filed_is_told_where_it_lies_then(
    clerk: Actor, letter: Document, tools: Tools, clock: SetClock
) -> None:
    item = handed_in(clerk, letter).item
    dossier = factories.dossier()
    documents_file(clerk, [letter], Place(dossier), now=clock.now())
    assert worked(item, tools).state == ItemState.DONE
    assert fresh(letter).version_number == 2
    assert EventRow.objects.filter(chain=dossier.chain, name=Event.DOCUMENT_VERSION_ADDED).count() == 1
    assert proven()


def test_a_version_stands_with_its_document_and_not_in_the_inbox(clerk: Actor, letter: Document) -> None:
    item = handed_in(clerk, letter).item
    assert item not in InboxItem.objects.visible_to(clerk)
    assert item in InboxItem.objects.reachable_by(clerk)
    elsewhere = factories.another_scope()
    stranger = actor_for(factories.user_with(Role.CLERK, name="stranger", scope=elsewhere))
    assert item not in InboxItem.objects.reachable_by(stranger)


def test_a_signed_original_stays_as_it_is_under_a_version_without_signature(
    clerk: Actor, letter: Document, tools: Tools, tmp_path: Path
) -> None:
    set_text("Vertrag über die Pacht der Wiese", tmp_path / "vertrag.pdf", most_pages=1)
    signed = sign_for("Erika Mustermann", (tmp_path / "vertrag.pdf").read_bytes())
    worked(handed_in(clerk, letter, signed, "signiert.pdf").item, tools)
    second = version_of(letter)
    assert second is not None
    assert second.signed
    worked(handed_in(clerk, letter).item, tools)
    assert fresh(letter).version_number == 3
    kept = objects_of(second)[ObjectRole.ORIGINAL]
    with object_store().read(kept.key) as stream:
        assert stream.read() == signed


def test_every_object_of_every_version_is_known_once(clerk: Actor, letter: Document, tools: Tools) -> None:
    worked(handed_in(clerk, letter).item, tools)
    keys = [known.key for known in known_objects()]
    assert sorted(keys) == sorted(set(keys)) == sorted(key for key in object_store().keys("") if "models/" not in key)
