"""Proves that the events are whole: each hash, each link, each head, and that every record equals its last event.

A whole history rewritten by the owner of the database shows against the seals (`dms.audit.anchor`), as far as they go.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from dms.audit.anchor import Anchor
from dms.audit.door import GENESIS, audited_values, chained_hash, hash_body
from dms.audit.fold import State, fold
from dms.audit.guards import recorded_models
from dms.audit.models import Chain, EventRow


@dataclass(frozen=True, slots=True)
class Finding:
    """`where` names the first broken place: `item:… event 7`, or a row."""

    where: str
    what: str


@dataclass(slots=True)
class Tally:
    chains: int = 0
    events: int = 0
    rows: int = 0
    seals: int = 0
    guarded: int = 0
    """Rows among them that are there and of a kind that the door alone makes."""


@contextmanager
def one_moment() -> Iterator[None]:
    """Within it everything is read as it was at its beginning, so that people may go on working meanwhile.

    Within a transaction that has begun already it changes nothing.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def verify_all(tally: Tally, anchor: Anchor | None = None) -> Iterator[Finding]:
    """All findings, in memory for one chain at a time; one per broken chain, since after a break nothing is proven.

    `anchor` is what the seals say; without one they are left out.
    """
    anchor = anchor or Anchor()
    tally.seals = anchor.seals
    yield from (Finding(where, what) for where, what in anchor.faults)
    heads = {chain.key: chain for chain in Chain.objects.all()}
    seen: set[str] = set()
    events = EventRow.objects.order_by("chain", "number").iterator(chunk_size=2000)
    for key, chain_events in groupby(events, key=lambda event: event.chain):
        seen.add(key)
        tally.chains += 1
        yield from _verify_chain(key, chain_events, heads.get(key), anchor, tally)
    for key in sorted((heads.keys() | anchor.witnesses.keys()) - seen):
        yield Finding(key, "the chain has a head but no events" if key in heads else "the whole sealed chain is gone")
    yield from _rows_without_events(tally)


def _verify_chain(
    key: str, events: Iterator[EventRow], head: Chain | None, anchor: Anchor, tally: Tally
) -> Iterator[Finding]:
    previous, number = GENESIS, 0
    state: State = {}
    sealed, hashes = anchor.lengths(key), dict[int, str]()
    for number, event in enumerate(events, start=1):
        tally.events += 1
        if problem := _broken(event, number, previous):
            yield Finding(f"{key} event {number}", problem)
            return
        previous = event.hash
        if number in sealed:
            hashes[number] = event.hash
        fold(state, json.loads(event.body)["rows"])
    if head is None or (head.length, head.head) != (number, previous):
        yield Finding(f"{key} event {number + 1}", "the chain ends before its head: events are missing")
        return
    if contradiction := anchor.contradiction(key, hashes):
        yield Finding(f"{key} event {contradiction[0]}", contradiction[1])
        return
    yield from _rows_differing(state, tally)


def _broken(event: EventRow, number: int, previous: str) -> str | None:
    if event.number != number:
        return f"number {event.number} stands here: an event was removed, inserted or moved"
    if hash_body(event.body) != event.body_hash:
        return "the body was edited"
    if chained_hash(previous, event.body_hash) != event.hash:
        return "the link to the event before is broken"
    body = json.loads(event.body)
    stands = (event.chain, event.number, event.at.isoformat(), event.actor, event.name, event.target)
    hashed = tuple(body[name] for name in ("chain", "number", "at", "actor", "event", "target"))
    return None if _same(stands, hashed) else "the columns differ from the hashed body"


def _same(stands: tuple[Any, ...], hashed: tuple[Any, ...]) -> bool:
    from_db, from_body = list(stands), list(hashed)
    from_db[2], from_body[2] = from_db[2].replace("+00:00", "Z"), from_body[2].replace("+00:00", "Z")
    return from_db == from_body


def _rows_differing(state: State, tally: Tally) -> Iterator[Finding]:
    """Compares the rows of one chain with what its events say, model by model."""
    by_model: dict[str, dict[str, dict[str, Any]]] = {}
    for name, values in state.items():
        label, _, key = name.partition(":")
        by_model.setdefault(label, {})[key] = values
    for label, expected in by_model.items():
        model = apps.get_model(label)
        rows: models.QuerySet[Any] = models.QuerySet(model)
        stored = {str(row.pk): row for row in rows.filter(pk__in=list(expected))}
        guarded = model in recorded_models()
        for key, values in expected.items():
            tally.rows += 1
            row = stored.get(key)
            tally.guarded += bool(guarded and values and row is not None)
            if (row is None) != (not values):
                yield Finding(
                    f"{label}:{key}", "the row is gone" if row is None else "the row was deleted, and is here"
                )
            elif row is not None and (changed := _changed(row, values, whole=guarded)):
                yield Finding(f"{label}:{key}", f"changed without an event: {', '.join(changed)}")


def _changed(row: Any, told: dict[str, Any], *, whole: bool) -> list[str]:
    """Names of fields. An account or a token may be older than its first event, which then tells of it in part.

    A field of any other row that came with a later version began as its default.
    """
    stands = audited_values(row)
    born = audited_values(type(row)()) if whole and told.keys() != stands.keys() else {}
    return [
        name for name, value in stands.items() if (whole or name in told) and told.get(name, born.get(name)) != value
    ]


def _rows_without_events(tally: Tally) -> Iterator[Finding]:
    """Rows that were put in past the door, or handed from one chain to none or to two: their number does not agree."""
    counted = sum(models.QuerySet(model).count() for model in recorded_models())
    if counted > tally.guarded:
        yield Finding("records", f"{counted - tally.guarded} rows are not told by any event")
    elif counted < tally.guarded:
        yield Finding("records", f"{tally.guarded - counted} rows are told by more than one chain")
