"""How records get into the index: notes of the door, several workers, faults, rebuild and comparison."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from dms.access.actors import actor_for
from dms.access.permissions import Role
from dms.audit.models import OutboxEntry
from dms.records.documents.corrections import document_set_kind
from dms.records.models import DocumentKind
from search.adapters.elastic import ElasticIndex
from search.chosen import search_index
from search.comparison import Fault, compare, examine
from search.indexer import TOPIC, drain, pending
from search.ports import IndexEntry, SearchQuery, SearchUnavailable
from search.source import RecordsSource
from search.tasks import look_for_older_analysis, sweep, work
from tests.factories import document, user_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store", "index")]


def found(text: str) -> list[UUID]:
    scopes = frozenset(range(1, 10_000))
    return [hit.document_id for hit in search_index().search(SearchQuery(text, scopes)).hits]


class Faulty(RecordsSource):
    """Reads all documents but one, which it stumbles over."""

    def __init__(self, fault: UUID) -> None:
        self._fault = fault

    def entries(self, document_ids: Collection[UUID]) -> Iterator[IndexEntry]:
        for entry in super().entries(document_ids):
            if entry.document_id == self._fault:
                raise ValueError("a test says so")
            yield entry


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
    hits = search_index().search(SearchQuery("Hundesteuer", frozenset({letter.scope_id})))
    assert hits.facets.kind == {"invoice": 1}
    assert hits.facets.state == {"checked": 1}


def test_a_document_that_is_no_more_leaves_the_index() -> None:
    gone = uuid4()
    search_index().put([IndexEntry(gone, 1, "Hundesteuer", None, "received", None, timezone.now())])
    OutboxEntry.objects.create(topic=TOPIC, target=gone)
    drain(search_index(), RecordsSource())
    assert found("Hundesteuer") == []


def test_a_document_that_cannot_be_indexed_waits_and_holds_up_nobody() -> None:
    bad, *good = [document([f"Hundesteuer {number}"]) for number in range(4)]
    assert drain(search_index(), Faulty(bad.pk)) == 3
    assert set(found("Hundesteuer")) == {letter.pk for letter in good}
    note = OutboxEntry.objects.get(topic=TOPIC)
    assert (note.target, note.attempts, note.problem) == (bad.pk, 1, "ValueError: a test says so")
    assert note.not_before is not None
    assert note.not_before > timezone.now()
    assert pending() == 0
    OutboxEntry.objects.update(not_before=None)
    assert drain(search_index(), RecordsSource()) == 1
    assert len(found("Hundesteuer")) == 4


def test_while_the_index_is_silent_every_note_stays() -> None:
    document(["Hundesteuer"])
    with pytest.raises(SearchUnavailable):
        drain(ElasticIndex("http://127.0.0.1:1"), RecordsSource())
    assert pending() == 1
    assert OutboxEntry.objects.get(topic=TOPIC).attempts == 0


def test_what_changes_while_it_is_indexed_is_looked_at_again() -> None:
    letter = document(["Hundesteuer"])

    class ChangedMeanwhile(RecordsSource):
        def entries(self, document_ids: Collection[UUID]) -> Iterator[IndexEntry]:
            yield from super().entries(document_ids)
            OutboxEntry.objects.filter(target=letter.pk).update(since=timezone.now())

    drain(search_index(), ChangedMeanwhile())
    assert pending() == 1


@pytest.mark.django_db(transaction=True)
def test_several_workers_share_the_notes_and_lose_none() -> None:
    letters = {document([f"Hundesteuer {number}"]).pk for number in range(12)}
    failures: list[BaseException] = []

    def run() -> None:
        try:
            drain(search_index(), RecordsSource())
        except BaseException as failure:  # noqa: BLE001 - handed to the test
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drain(search_index(), RecordsSource())
    assert not failures
    assert set(found("Hundesteuer")) == letters
    assert pending() == 0


def test_the_comparison_names_what_is_missing_outdated_and_left_over() -> None:
    missing, outdated, right = (document(["Hundesteuer"]) for _ in range(3))
    drain(search_index(), RecordsSource())
    index, left = search_index(), uuid4()
    index.remove([missing.pk])
    index.put([IndexEntry(i, 1, "falsch", None, "received", None, timezone.now()) for i in (outdated.pk, left)])
    differences = {d.document_id: d.fault for d in compare(index, RecordsSource())}
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


def check() -> tuple[int, str, str]:
    """Exit code, what was said, and what was complained of."""
    told, complained = StringIO(), StringIO()
    try:
        call_command("search", "check", stdout=told, stderr=complained)
    except SystemExit as stopped:
        return int(stopped.code or 0), told.getvalue(), complained.getvalue()
    return 0, told.getvalue(), complained.getvalue()


def test_what_merely_waits_for_the_index_is_no_difference() -> None:
    document(["Hundesteuer"])
    drain(search_index(), RecordsSource())
    document(["Gewerbesteuer"])
    code, told, complained = check()
    assert (code, complained) == (0, "")
    assert "1 changed documents still wait for the search index" in told
    assert "./manage.py search check --wait" in told
    assert "Apart from these, search index and database agree." in told


def test_a_document_that_differs_is_named_beside_those_that_wait() -> None:
    lost = document(["Hundesteuer"])
    drain(search_index(), RecordsSource())
    search_index().remove([lost.pk])
    waits = document(["Gewerbesteuer"])
    code, told, complained = check()
    assert code == 1
    assert f"{lost.pk}: is missing in the search index" in complained
    assert str(waits.pk) not in complained
    assert "1 documents differ." in complained
    assert "1 changed documents still wait" in told


def test_a_document_that_cannot_be_indexed_differs_and_says_why() -> None:
    bad = document(["Hundesteuer"])
    drain(search_index(), Faulty(bad.pk))
    code, _told, complained = check()
    assert code == 1
    assert f"{bad.pk}: is missing in the search index; it is tried again by itself" in complained
    assert "ValueError: a test says so" in complained


def test_what_a_worker_indexes_during_the_comparison_is_no_difference() -> None:
    document(["Hundesteuer"])

    class IndexedMeanwhile(RecordsSource):
        """A change comes in and is indexed after the digests were read."""

        def entries(self, document_ids: Collection[UUID]) -> Iterator[IndexEntry]:
            drain(search_index(), RecordsSource())
            return super().entries(document_ids)

    OutboxEntry.objects.update(attempts=1)  # as if it had not been seen waiting
    compared = examine(search_index(), IndexedMeanwhile(), progress=lambda done: None)
    assert (compared.differences, compared.waiting) == ((), 0)


def test_whoever_waits_for_the_index_is_told_when_nobody_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    document(["Hundesteuer"])
    monkeypatch.setattr("search.management.commands.search.STANDSTILL_SECONDS", 0)
    with pytest.raises(CommandError, match="Is the worker running"):
        call_command("search", "check", "--wait", stdout=StringIO())
    drain(search_index(), RecordsSource())
    told = StringIO()
    call_command("search", "check", "--wait", stdout=told)
    assert "Search index and database agree." in told.getvalue()


def test_when_texts_are_analysed_otherwise_every_document_is_indexed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("Hundesteuer", "Wohngeld"):
        document([text])
    work()
    look_for_older_analysis.cache_clear()
    sweep()
    assert pending() == 0
    monkeypatch.setattr("search.digest.fingerprint", lambda: "after an update")
    look_for_older_analysis.cache_clear()
    sweep()
    assert (pending(), len(found("Hundesteuer"))) == (2, 1), "searches go on in what there is"
    work()
    look_for_older_analysis.cache_clear()
    sweep()
    assert pending() == 0
    assert list(compare(search_index(), RecordsSource())) == []
