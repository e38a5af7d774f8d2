"""The one door: nothing gets past it, and what goes through it leaves a whole event."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from django.db import DatabaseError, connection, transaction

from dms.access.actors import Actor, system_setup
from dms.access.models import Scope
from dms.access.permissions import Permission
from dms.access.rule import NotAllowed
from dms.audit.door import change, change_many
from dms.audit.events import Event
from dms.audit.models import Chain, EventRow, OutboxEntry, OutsideTheDoor
from dms.audit.verify import Tally, verify_all
from dms.records.models import Document, DocumentKind, Dossier
from tests import factories

pytestmark = pytest.mark.django_db
EVERYWHERE = Actor("user:registry", everywhere=frozenset(Permission))


def new_kind(slug: str = "application", label: str = "Antrag") -> DocumentKind:
    with change(system_setup(), Event.KIND_CREATED, chain="town") as opened:
        kind = DocumentKind(slug=slug, label=label)
        opened.save(kind)
    return kind


def relabel(kind: DocumentKind, label: str, actor: Actor | None = None) -> None:
    with change(actor or system_setup(), Event.KIND_CREATED, kind, chain="town", reason="Hausmitteilung 3") as opened:
        opened.target.label = label
        opened.save(opened.target)


def test_a_new_record_leaves_an_event_with_who_what_and_the_new_values() -> None:
    new_kind()
    event = EventRow.objects.get()
    body = json.loads(event.body)
    assert (event.actor, event.name, event.target) == (
        "system:setup",
        "kind:created",
        "records.documentkind:application",
    )
    assert body["rows"] == [
        {
            "row": "records.documentkind:application",
            "op": "create",
            "before": {},
            "after": {"label": "Antrag", "description": ""},
        }
    ]


def test_a_change_tells_only_what_changed_before_and_after_and_why() -> None:
    relabel(new_kind(), "Anträge")
    body = json.loads(EventRow.objects.latest("id").body)
    assert body["rows"][0]["before"] == {"label": "Antrag"}
    assert body["rows"][0]["after"] == {"label": "Anträge"}
    assert body["reason"] == "Hausmitteilung 3"


@pytest.mark.usefixtures("store")
def test_of_many_rows_those_that_stand_so_already_are_told_as_little_as_one_alone() -> None:
    factories.file_plan()
    moved, stays = factories.dossier("Akte"), factories.dossier("Andere")
    documents = [factories.document(of=factories.item(scope=moved.scope)) for _ in range(2)]
    target = factories.another_scope("Eigene Rechte")
    with change(EVERYWHERE, Event.SCOPE_ENTERED, stays, chain=stays.chain) as opened:
        opened.target.scope = target
        opened.save(opened.target)
    with change(EVERYWHERE, Event.SCOPE_ENTERED, documents[1], chain=documents[1].chain) as opened:
        opened.target.scope = target
        opened.save(opened.target)
    last = EventRow.objects.latest("id").pk
    OutboxEntry.objects.all().delete()
    rows = [*Document.objects.order_by("pk"), *Dossier.objects.order_by("pk")]
    change_many(EVERYWHERE, Event.SCOPE_ENTERED, rows, {"scope_id": target.pk}, reason="umgezogen")
    told = {row.chain: json.loads(row.body)["rows"] for row in EventRow.objects.filter(pk__gt=last)}
    names = {chain: [(one["row"].partition(":")[2], one["before"]) for one in rows] for chain, rows in told.items()}
    before = {"scope_id": moved.scope_id}
    assert names == {
        moved.chain: [(str(moved.pk), before)], documents[0].chain: [(str(documents[0].pk), before)]
    }  # fmt: skip
    assert list(OutboxEntry.objects.values_list("target", flat=True)) == [documents[0].pk]
    rows = [*Document.objects.all(), *Dossier.objects.all()]
    change_many(EVERYWHERE, Event.SCOPE_ENTERED, rows, {"scope_id": target.pk})
    assert EventRow.objects.filter(pk__gt=last).count() == 2
    assert list(verify_all(Tally())) == []


def test_a_moment_told_by_another_clock_is_kept_in_utc() -> None:
    kind, summer = new_kind(), datetime(2026, 7, 1, 10, 0, tzinfo=timezone(timedelta(hours=2)))
    with change(system_setup(), Event.KIND_CREATED, kind, chain="town", at=summer):
        pass
    assert json.loads(EventRow.objects.latest("id").body)["at"] == "2026-07-01T08:00:00+00:00"
    assert list(verify_all(Tally())) == []


def test_events_of_one_chain_are_numbered_without_gaps_and_linked() -> None:
    kind = new_kind()
    relabel(kind, "A")
    relabel(kind, "B")
    assert list(EventRow.objects.order_by("id").values_list("number", flat=True)) == [1, 2, 3]
    head = Chain.objects.get(key="town")
    assert (head.length, head.head) == (3, EventRow.objects.latest("id").hash)


def test_who_may_not_do_it_leaves_no_trace_of_a_change() -> None:
    kind = new_kind()
    with pytest.raises(NotAllowed):
        relabel(kind, "Unfug", Actor("user:mallory", user_id=0))
    kind.refresh_from_db()
    assert kind.label == "Antrag"
    assert EventRow.objects.count() == 1


def test_an_error_inside_the_door_undoes_everything() -> None:
    with pytest.raises(ZeroDivisionError), change(system_setup(), Event.KIND_CREATED, chain="town") as opened:
        opened.save(DocumentKind(slug="x", label="X"))
        1 / 0  # noqa: B018
    assert not DocumentKind.objects.exists()
    assert not EventRow.objects.exists()
    new_kind()  # and the door is not left open or jammed


def test_the_door_reads_the_row_anew_so_that_an_old_copy_overwrites_nothing() -> None:
    old_copy = new_kind()
    relabel(old_copy, "von Anna")
    with change(system_setup(), Event.KIND_CREATED, old_copy, chain="town") as opened:
        assert opened.target.label == "von Anna"


def test_models_and_querysets_refuse_writes_past_the_door() -> None:
    kind = new_kind()
    writes: list[Callable[[], object]] = [
        kind.save,
        kind.delete,
        lambda: DocumentKind.objects.update(label="x"),
        lambda: DocumentKind.objects.all().delete(),
        lambda: DocumentKind.objects.bulk_create([DocumentKind(slug="y", label="Y")]),
        lambda: DocumentKind.objects.bulk_update([kind], ["label"]),
        lambda: DocumentKind.objects.create(slug="z", label="Z"),
    ]
    for write in writes:
        with pytest.raises(OutsideTheDoor):
            write()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE records_documentkind SET label = 'x'",
        "DELETE FROM records_documentkind",
        "INSERT INTO access_scope (name) VALUES ('x')",
        "TRUNCATE records_documentkind CASCADE",
        "UPDATE audit_eventrow SET actor = 'user:nobody'",
        "DELETE FROM audit_eventrow",
        "TRUNCATE audit_eventrow",
        "ALTER TABLE audit_eventrow DISABLE TRIGGER ALL",
        "DROP TRIGGER registratur_door ON records_documentkind",
        "CREATE OR REPLACE FUNCTION registratur_refuse_always() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NEW; END'",
        "SET session_replication_role = replica",
    ],
)
def test_auditor_8_the_products_own_login_cannot_get_past_the_door_by_sql(sql: str) -> None:
    """Auditor's checklist 8: UPDATE and DELETE on audit rows with the application's role end in a database error."""
    new_kind()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert EventRow.objects.get().actor == "system:setup"
    assert DocumentKind.objects.get().label == "Antrag"


def test_the_door_is_shut_again_after_a_change_in_the_same_transaction() -> None:
    new_kind()
    with (
        pytest.raises(DatabaseError, match="only through the door"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE records_documentkind SET label = 'x'")


def test_doors_do_not_nest() -> None:
    kind = new_kind()
    with pytest.raises(RuntimeError), change(system_setup(), Event.KIND_CREATED, kind, chain="town"):
        relabel(kind, "x")


def test_scopes_and_grants_are_guarded_as_well() -> None:
    with pytest.raises(DatabaseError, match="only through the door"), transaction.atomic():
        Scope.objects.create(name="Hintertür")


def test_only_what_asks_for_it_stands_in_the_outbox() -> None:
    new_kind()
    assert not OutboxEntry.objects.exists()
