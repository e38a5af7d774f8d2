"""A document is copied into another place: a record of its own over the same stored objects, told in both places."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dms.access.actors import Actor, actor_for
from dms.access.levels import Level
from dms.access.models import Scope
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.adapters.chosen import object_store
from dms.audit.models import EventRow, target_name
from dms.records.documents.corrections import document_correct
from dms.records.documents.duplicates import duplicates_of, receipt_of
from dms.records.documents.undo import NothingToUndo
from dms.records.documents.versions import version_of
from dms.records.dossiers.closing import DossierClosed
from dms.records.dossiers.copying import (
    LiesThereAlready,
    documents_copy,
)
from dms.records.dossiers.filing import Place, documents_file, documents_take_back
from dms.records.dossiers.history import dossier_history, too_secret
from dms.records.dossiers.keeping import dossier_close
from dms.records.dossiers.leaving import LessProtectedThere
from dms.records.dossiers.unmaking import can_unmake, documents_unmake
from dms.records.models import Document, DocumentVersion, Dossier, ObjectRole, Page, Relation, StoredObject
from dms.records.protection.levels import document_set_level
from dms.records.protection.marking import sensitive_mark
from dms.records.protection.sensitivity import SensitiveClass
from dms.records.relations.relating import OriginStays, relation_remove, relations_of
from ingest.objects.known import known_among, known_objects
from search.chosen import search_index
from search.indexer import drain
from search.source import RecordsSource
from tests import factories
from tests.proving import proven

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def there(dossier: Dossier) -> Dossier:
    return factories.dossier("Ahornweg 9, Garage", of="611")


@pytest.fixture
def letter(clerk: Actor, dossier: Dossier) -> Document:
    made = factories.document(["Bauantrag mit Plan", "Seite zwei"], title="Bauantrag", rendition=b"%PDF")
    documents_file(clerk, [made], Place(dossier), now=NOW)
    return fresh(made)


def fresh(document: Document) -> Document:
    found: Document = Document.objects.select_related("dossier", "case").get(pk=document.pk)
    return found


def names(chain: str) -> list[str]:
    return list(EventRow.objects.filter(chain=chain).order_by("number").values_list("name", flat=True))


def keys(document: Document) -> set[str]:
    return set(StoredObject.objects.filter(version__document=document).values_list("key", flat=True))


def test_a_copy_is_a_record_of_its_own_over_the_same_objects(clerk: Actor, letter: Document, there: Dossier) -> None:
    stored = len(list(object_store().keys()))
    [copy] = documents_copy(clerk, [letter], Place(there, factories.case(there)), now=NOW)
    assert len(list(object_store().keys())) == stored, "no byte is stored a second time"
    assert keys(copy) == keys(letter)
    assert (copy.title, copy.sender, copy.letter_date) == (letter.title, letter.sender, letter.letter_date)
    assert (copy.dossier_id, copy.scope_id, copy.filed_by) == (there.pk, there.scope_id, clerk.key)
    texts = [page.page_text.text for page in Page.objects.filter(version__document=copy)]
    assert texts == ["Bauantrag mit Plan", "Seite zwei"]
    assert {page.image_id for page in Page.objects.filter(version__document=copy)} <= set(
        StoredObject.objects.filter(version__document=copy).values_list("pk", flat=True)
    )
    document_correct(clerk, copy, {"title": "Nur die Kopie"})
    assert fresh(letter).title == "Bauantrag"
    assert proven()


def test_both_places_tell_of_it_and_both_ends_know_each_other(
    clerk: Actor, letter: Document, dossier: Dossier, there: Dossier
) -> None:
    [copy] = documents_copy(clerk, [letter], Place(there), now=NOW)
    assert names(dossier.chain)[-1] == "document:copied"
    assert names(there.chain)[-1] == "document:came_as_copy"
    assert dossier_history(dossier, clerk)[-1].sentence == "Dokument an eine andere Stelle kopiert: „Bauantrag“"
    assert dossier_history(there, clerk)[-1].sentence == "Kopie eines Dokuments aufgenommen: „Bauantrag“"
    [back], [out] = relations_of(clerk, copy), relations_of(clerk, letter)
    assert ((back.label, back.other), (out.label, out.other)) == (("Kopie von", letter), ("kopiert als", copy))
    assert not back.may_remove
    with pytest.raises(OriginStays):
        relation_remove(clerk, back.relation, now=NOW)


def test_neither_is_told_to_be_a_duplicate_of_the_other(clerk: Actor, letter: Document, there: Dossier) -> None:
    [copy] = documents_copy(clerk, [letter], Place(there), now=NOW)
    receipts = {
        one.pk: receipt_of(one, StoredObject.objects.get(version=version_of(one), role=ObjectRole.ORIGINAL))
        for one in (letter, copy)
    }
    assert duplicates_of(clerk, receipts) == {}


def test_a_mail_is_copied_with_its_attachments_in_order_or_one_of_them_alone(clerk: Actor, there: Dossier) -> None:
    mail = factories.document(attachments=["Plan.pdf", "Foto.jpg"])
    copies = documents_copy(clerk, [Document.objects.get(title="Foto.jpg")], Place(there), now=NOW)
    assert [(one.part, one.title) for one in copies] == [(0, "Ein Brief"), (1, "Plan.pdf"), (2, "Foto.jpg")]
    assert {one.parent for one in copies[1:]} == {copies[0]}
    assert fresh(mail).dossier is None
    photo = Document.objects.get(title="Foto.jpg", dossier=None)
    [alone] = documents_copy(clerk, [photo], Place(factories.dossier("Allein")), now=NOW, alone=True)
    assert (alone.title, alone.parent) == ("Foto.jpg", None)
    assert proven()


def test_every_object_is_known_once_and_none_becomes_a_stray(clerk: Actor, letter: Document, there: Dossier) -> None:
    before = sorted(known.key for known in known_objects())
    documents_copy(clerk, [letter], Place(there), now=NOW)
    assert sorted(known.key for known in known_objects()) == before
    assert set(known_among(keys(letter))) == keys(letter)


def test_a_slip_is_taken_back_and_the_original_never_noticed(clerk: Actor, letter: Document, there: Dossier) -> None:
    before = keys(letter)
    [copy] = documents_copy(clerk, [letter], Place(there), now=NOW)
    drain(search_index(), RecordsSource())
    assert can_unmake(clerk, copy, now=NOW)
    documents_unmake(clerk, [copy], now=NOW)
    drain(search_index(), RecordsSource())
    assert not Document.objects.filter(pk=copy.pk).exists()
    assert not DocumentVersion.objects.filter(document_id=copy.pk).exists()
    assert not Relation.objects.exists()
    assert keys(letter) == before
    assert before <= set(object_store().keys())
    assert names(there.chain)[-1] == "document:unmade"
    assert EventRow.objects.filter(chain=there.chain).latest("number").target == target_name(copy)
    assert proven()


def test_where_a_copy_was_taken_back_the_history_goes_on_and_keeps_what_is_secret(
    letter: Document, there: Dossier, files: Scope
) -> None:
    registry = factories.everywhere_actor()
    colleague = actor_for(factories.user_with(Role.REGISTRY, name="kim", scope=files))
    document_set_level(registry, letter, Level.RESTRICTED, reason="geheim")
    documents_unmake(registry, documents_copy(registry, [letter], Place(there), now=NOW), now=NOW)
    assert "Bauantrag" in dossier_history(there, registry)[-1].sentence
    told = " ".join(one.sentence for one in dossier_history(there, colleague))
    assert told
    assert "Bauantrag" not in told


def test_events_that_did_not_name_the_copy_that_was_taken_back_stop_no_history(
    clerk: Actor, letter: Document, there: Dossier
) -> None:
    copies = documents_copy(clerk, [letter], Place(there), now=NOW)
    assert too_secret(clerk, [target_name(copies[0]), "records.document:None"], {}) == set()


def test_a_mail_copied_whole_is_taken_back_whole(clerk: Actor, there: Dossier) -> None:
    factories.document(attachments=["Plan.pdf"])
    copies = documents_copy(clerk, list(Document.objects.all()), Place(there), now=NOW)
    documents_unmake(clerk, copies, now=NOW)
    assert Document.objects.filter(dossier=there).count() == 0
    assert proven()


def test_what_is_no_fresh_copy_of_ones_own_stays(clerk: Actor, letter: Document, there: Dossier, files: Scope) -> None:
    [copy] = documents_copy(clerk, [letter], Place(there), now=NOW)
    colleague = actor_for(factories.user_with(Role.CLERK, name="kim", scope=files))
    for actor, document, at in (
        (colleague, copy, NOW), (clerk, letter, NOW), (clerk, copy, NOW + timedelta(minutes=11)),
    ):  # fmt: skip
        assert not can_unmake(actor, document, now=at)
        with pytest.raises(NothingToUndo):
            documents_unmake(actor, [document], now=at)
    with pytest.raises(NothingToUndo):
        documents_take_back(clerk, [copy], now=NOW)
    document_correct(clerk, copy, {"title": "Nur die Kopie"})
    with pytest.raises(NothingToUndo):
        documents_unmake(clerk, [fresh(copy)], now=NOW)


def test_both_places_ask_for_the_right(letter: Document, there: Dossier, files: Scope) -> None:
    inbox_only = actor_for(factories.user_with(Role.CLERK, name="ina"))
    reader = actor_for(factories.user_with(Role.ARCHIVIST, name="lea", scope=files))
    for actor in (inbox_only, reader):
        with pytest.raises(NotAllowed):
            documents_copy(actor, [letter], Place(there), now=NOW)


def test_a_copy_comes_from_a_closed_dossier_but_not_into_one(
    clerk: Actor, letter: Document, dossier: Dossier, there: Dossier
) -> None:
    dossier_close(clerk, dossier, now=NOW)
    [copy] = documents_copy(clerk, [letter], Place(there), now=NOW)
    with pytest.raises(DossierClosed):
        documents_copy(clerk, [copy], Place(dossier), now=NOW)
    with pytest.raises(LiesThereAlready):
        documents_copy(clerk, [copy], Place(there), now=NOW)
    assert proven()


def test_a_copy_is_as_secret_as_the_original(letter: Document, there: Dossier) -> None:
    registry = factories.everywhere_actor()
    document_set_level(registry, letter, Level.RESTRICTED, reason="geheim")
    [copy] = documents_copy(registry, [letter], Place(there), now=NOW)
    assert (copy.level, copy.own_level) == (Level.RESTRICTED, Level.RESTRICTED)


def test_out_of_a_protected_dossier_nothing_goes_where_it_would_lose_that(
    letter: Document, dossier: Dossier, there: Dossier
) -> None:
    registry = factories.everywhere_actor()
    mark = {"sensitive": SensitiveClass.SOCIAL, "asks_purpose": True, "reason": "Sozialdaten"}
    sensitive_mark(registry, dossier, **mark)  # type: ignore[arg-type]
    for act in (documents_file, documents_copy):
        with pytest.raises(LessProtectedThere, match="verlöre den Schutz"):
            act(registry, [letter], Place(there), now=NOW)
    documents_file(registry, [letter], Place(dossier, factories.case(dossier)), now=NOW)
    sensitive_mark(registry, there, **mark)  # type: ignore[arg-type]
    documents_copy(registry, [letter], Place(there), now=NOW)
    documents_file(registry, [letter], Place(there), now=NOW)
    assert fresh(letter).dossier == there
    assert proven()
