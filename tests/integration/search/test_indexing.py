"""How records get into the index: notes of the door, several workers, faults, rebuild and comparison."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from dms.access.actors import actor_for
from dms.access.permissions import Role
from dms.audit.models import OutboxEntry
from dms.records.corrections import document_set_kind
from dms.records.models import DocumentKind
from search.adapters.postgres import PostgresIndex
from search.chosen import search_index
from search.indexer import TOPIC, drain, pending
from search.ports import IndexEntry, SearchQuery, SearchUnavailable
from search.rebuild import Fault, compare
from search.source import RecordsSource
from search.tasks import work
from tests.factories import document, user_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store")]


def found(text: str) -> list[UUID]:
    scopes = frozenset(range(1, 10_000))
    return [hit.document_id for hit in PostgresIndex().search(SearchQuery(text, scopes)).hits]


class Faulty(RecordsSource):
    """Reads all documents but one, which it stumbles over."""

    def __init__(self, fault: UUID) -> None:
        self._fault = fault

    def entries(self, document_ids: Collection[UUID]) -> Iterator[IndexEntry]:
        for entry in super().entries(document_ids):
            if entry.document_id == self._fault:
                raise ValueError("a test says so")
            yield entry


class Silent(PostgresIndex):
    """Does not answer."""

    def put(self, entries: object) -> None:
        raise SearchUnavailable("a test says so")


def test_a_registered_document_is_found_once_a_worker_has_run() -> None:
    letter = document(["Sehr geehrte Frau Müller", "wegen der Hundesteuer"], title="Widerspruch")
    assert found("Hundesteuer") == []
    work()
    assert found("Hundesteuer") == found("Widerspruch") == found("Mustermann") == [letter.pk]
    assert pending() == 0
    assert not OutboxEntry.objects.filter(topic=TOPIC).exists()


def test_a_changed_kind_is_searched_for_by_its_new_value() -> None:
    letter = document(["Hundesteuer"])
    clerk = user_with(Role.CLERK, scope=letter.scope)
    work()
    document_set_kind(actor_for(clerk), letter, kind=DocumentKind.objects.get(pk="invoice"))
    work()
    hits = PostgresIndex().search(SearchQuery("Hundesteuer", frozenset({letter.scope_id})))
    assert hits.facets.kind == {"invoice": 1}
    assert hits.facets.state == {"checked": 1}


def test_a_document_that_is_no_more_leaves_the_index() -> None:
    gone = uuid4()
    PostgresIndex().put([IndexEntry(gone, 1, "Hundesteuer", None, "received", None, timezone.now())])
    OutboxEntry.objects.create(topic=TOPIC, target=gone)
    drain(PostgresIndex(), RecordsSource())
    assert found("Hundesteuer") == []


def test_a_document_that_cannot_be_indexed_waits_and_holds_up_nobody() -> None:
    bad, *good = [document([f"Hundesteuer {number}"]) for number in range(4)]
    assert drain(PostgresIndex(), Faulty(bad.pk)) == 3
    assert set(found("Hundesteuer")) == {letter.pk for letter in good}
    note = OutboxEntry.objects.get(topic=TOPIC)
    assert (note.target, note.attempts, note.problem) == (bad.pk, 1, "ValueError: a test says so")
    assert note.not_before is not None
    assert note.not_before > timezone.now()
    assert pending() == 0
    OutboxEntry.objects.update(not_before=None)
    assert drain(PostgresIndex(), RecordsSource()) == 1
    assert len(found("Hundesteuer")) == 4


def test_while_the_index_is_silent_every_note_stays() -> None:
    document(["Hundesteuer"])
    with pytest.raises(SearchUnavailable):
        drain(Silent(), RecordsSource())
    assert pending() == 1
    assert OutboxEntry.objects.get(topic=TOPIC).attempts == 0


def test_what_changes_while_it_is_indexed_is_looked_at_again() -> None:
    letter = document(["Hundesteuer"])

    class ChangedMeanwhile(RecordsSource):
        def entries(self, document_ids: Collection[UUID]) -> Iterator[IndexEntry]:
            yield from super().entries(document_ids)
            OutboxEntry.objects.filter(target=letter.pk).update(since=timezone.now())

    drain(PostgresIndex(), ChangedMeanwhile())
    assert pending() == 1


@pytest.mark.django_db(transaction=True)
def test_several_workers_share_the_notes_and_lose_none() -> None:
    letters = {document([f"Hundesteuer {number}"]).pk for number in range(12)}
    failures: list[BaseException] = []

    def run() -> None:
        try:
            drain(PostgresIndex(), RecordsSource())
        except BaseException as failure:  # noqa: BLE001 - handed to the test
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drain(PostgresIndex(), RecordsSource())
    assert not failures
    assert set(found("Hundesteuer")) == letters
    assert pending() == 0


def test_the_comparison_names_what_is_missing_outdated_and_left_over() -> None:
    missing, outdated, right = (document(["Hundesteuer"]) for _ in range(3))
    drain(PostgresIndex(), RecordsSource())
    index, left = PostgresIndex(), uuid4()
    index.remove([missing.pk])
    index.put([IndexEntry(i, 1, "falsch", None, "received", None, timezone.now()) for i in (outdated.pk, left)])
    differences = {d.document_id: d.fault for d in compare(index, RecordsSource(), progress=lambda done: None)}
    assert differences == {missing.pk: Fault.MISSING, outdated.pk: Fault.OUTDATED, left: Fault.LEFT_OVER}
    assert right.pk not in differences


def test_after_a_rebuild_index_and_records_agree() -> None:
    document(["Hundesteuer"])
    search_index().put([IndexEntry(uuid4(), 1, "übrig", None, "received", None, timezone.now())])
    with pytest.raises(SystemExit) as stopped:
        call_command("search", "check", stdout=StringIO(), stderr=StringIO())
    assert stopped.value.code == 1
    call_command("search", "rebuild", stdout=StringIO())
    told = StringIO()
    call_command("search", "check", stdout=told)
    assert "Search index and database agree." in told.getvalue()
    assert len(found("Hundesteuer")) == 1
    assert found("übrig") == []
