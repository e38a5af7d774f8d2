"""The one door: `with change(actor, Event.X, target) as c:` is the only way a record comes to be or changes.

In order: transaction → permission → row lock and fresh read → lifecycle check → body → diff → outbox row → event
in the chain. The chain's row is locked last and shortest; services that change several records lock them in id order.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.rule import Scoped, require
from dms.audit.announcements import outbox_written
from dms.audit.events import RULES, Event
from dms.audit.lifecycle import NotPossible
from dms.audit.models import Chain, EventRow, OutboxEntry, Recorded, target_name

GENESIS = "0" * 64
BODY_VERSION = 1

_OPEN = """
SELECT was.change, set_config('registratur.change', %s, true)
FROM (SELECT current_setting('registratur.change', true) AS change OFFSET 0) AS was
"""
_TELL_AND_CLOSE = """
WITH grown AS (UPDATE audit_chain SET length = %(number)s, head = %(hash)s WHERE key = %(chain)s),
told AS (
    INSERT INTO audit_eventrow (chain, number, at, actor, name, target, body, body_hash, hash) VALUES
    (%(chain)s, %(number)s, %(at)s, %(actor)s, %(name)s, %(target)s, %(body)s, %(body_hash)s, %(hash)s)
)
SELECT set_config('registratur.change', '', true)
"""
"""In one statement, for every change pays for its round trips. The setting lasts to the end of the transaction, which
may be longer than the door is open, so it is emptied."""


class HandedOver(NotPossible):
    """The row was handed over to another chain after it was looked at."""

    code = "changed_meanwhile"

    def __init__(self) -> None:
        super().__init__(_("Das wurde inzwischen an anderer Stelle abgelegt. Bitte neu laden und noch einmal prüfen."))


class Change:
    """What happens inside the door. Made by `change` only."""

    def __init__(self, target: Any, chain: str) -> None:
        self._chain = chain
        self.target = target
        """The row that the change is about: locked and freshly read (None while it is being created)."""
        self._read = None if target is None else (getattr(target, "chain", chain), audited_values(target))
        self.facts: dict[str, Any] = {}
        """What else the event should tell, as JSON values."""
        self.touched: list[dict[str, Any]] = []
        self.outbox: set[tuple[str, Any]] = set()

    def save(self, instance: models.Model) -> None:
        """Creates or updates the row, and puts its audited fields into the event.

        Raises HandedOver when another chain than this one tells of the row by now.
        """
        adding = instance._state.adding  # noqa: SLF001 - Django's own sign of a new row
        before = None if adding else self._own_fields(instance)
        models.Model.save(instance, force_insert=adding, force_update=not adding)
        after = audited_values(instance)
        if before is None:
            self._touch("create", instance, {}, after)
        else:
            self.touch_changes(instance, before, after)

    def create_many(self, instances: Iterable[Recorded]) -> None:
        """Creates rows of one model by one statement; each stands in the event."""
        rows = list(instances)
        if rows:
            rows_of(type(rows[0])).bulk_create(rows, batch_size=500)
        for instance in rows:
            self._touch("create", instance, {}, audited_values(instance))

    def delete(self, instance: models.Model) -> None:
        before = self._own_fields(instance)
        self._touch("delete", instance, before, {})
        key = instance.pk
        models.Model.delete(instance)
        instance.pk = key  # Django takes it away, but the event names its target by it

    def release(self, instance: models.Model) -> None:
        """From here on another chain tells of the row; `adopt` follows in the same transaction."""
        self._touch("release", instance, self._own_fields(instance), {})

    def adopt(self, instance: models.Model) -> None:
        """Updates a row of which another chain told so far. All its audited fields stand in the event."""
        before = audited_values(_stored(instance))
        models.Model.save(instance, force_update=True)
        self._touch("adopt", instance, before, audited_values(instance))

    def _own_fields(self, instance: models.Model) -> dict[str, Any]:
        """As stored. The target was read under its lock, so it is not read again before it is first written."""
        if instance is self.target and self._read is not None:
            (chain, values), self._read = self._read, None
        else:
            stored = _stored(instance)
            chain, values = getattr(stored, "chain", self._chain), audited_values(stored)
        if chain != self._chain:
            raise HandedOver
        return values

    def touch_changes(self, instance: models.Model, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Both: all audited fields; the event tells those that differ, and nothing when none does."""
        if changed := [name for name in after if before[name] != after[name]]:
            self._touch("change", instance, {n: before[n] for n in changed}, {n: after[n] for n in changed})

    def _touch(self, verb: str, instance: models.Model, before: dict[str, Any], after: dict[str, Any]) -> None:
        self.touched.append({"row": target_name(instance), "op": verb, "before": before, "after": after})
        for topic in getattr(instance, "outbox_topics", ()):
            self.outbox.add((topic, instance.pk))


@contextmanager
def change(
    actor: Actor,
    event: Event,
    target: models.Model | None = None,
    *,
    chain: str,
    scope: Scoped | None = None,
    verb: StrEnum | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> Iterator[Change]:
    """Opens the door for one event.

    `target` is the existing row that changes; leave it out when the row is created inside, and say then by `scope`
    where. With `verb` the target's lifecycle must allow it, and its `state` is set before the body runs.
    Raises NotAllowed, NotPossible, and what the body raises; nothing has happened then. Doors do not nest.
    """
    with transaction.atomic():
        where = scope if target is None else target
        require(actor, RULES[event].permission, where)  # type: ignore[arg-type]
        fresh = _locked(target) if target is not None else None
        if fresh is not None:  # its scope may be another by now
            require(actor, RULES[event].permission, fresh)  # type: ignore[arg-type]
        done = Change(fresh, chain)
        if verb is not None:
            set_state(fresh, verb)
        open_door(event)
        yield done
        if verb is not None and not any(t["row"] == target_name(done.target) for t in done.touched):
            done.save(done.target)
        _write_outbox(done)
        write_event(done, actor, event, chain=chain, reason=reason, at=at or timezone.now())


def change_many(
    actor: Actor, event: Event, rows: Sequence[Any], values: Mapping[str, Any], *, reason: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """The same change of many rows, which the caller has locked and freshly read: one event for each chain, with the
    same `facts`.

    Takes a few statements, however many rows and chains there are. An event is about the row that names its chain,
    else about the first. Of rows that stand so already nothing is told. Raises NotAllowed.
    """
    with transaction.atomic():
        chains: dict[str, Change] = {}
        changed = [row for row in rows if any(getattr(row, name) != value for name, value in values.items())]
        for row in rows:
            require(actor, RULES[event].permission, row)
        for row in changed:
            done = chains.setdefault(row.chain, Change(None, row.chain))
            if done.target is None or row.chain.endswith(str(row.pk)):
                done.target = row
        if not chains:
            return
        open_door(event)
        before = [_json_of(row, values) for row in changed]
        _update_alike(changed, values)
        for row, stood in zip(changed, before, strict=True):
            chains[row.chain].touch_changes(row, stood, _json_of(row, values))
        write_outbox_of([entry for done in chains.values() for entry in done.outbox])
        for done in chains.values():
            done.facts.update(facts or {})
        _write_events(chains, actor, event, reason)
        close_door()


def audited_values(instance: models.Model) -> dict[str, Any]:
    """The audited fields as JSON values: what an event carries, and what `verify` compares rows with."""
    return _json_of(instance, instance.audited_fields)  # type: ignore[attr-defined]


def _json_of(instance: models.Model, names: Iterable[str]) -> dict[str, Any]:
    raw = {name: getattr(instance, name) for name in names}
    return dict(json.loads(json.dumps(raw, cls=DjangoJSONEncoder)))


def chained_hash(previous: str, body_hash: str) -> str:
    return hashlib.sha256((previous + body_hash).encode()).hexdigest()


def hash_body(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def set_state(fresh: Any, verb: StrEnum) -> None:
    """To what the lifecycle says. Raises NotPossible; TypeError for what has no lifecycle."""
    if fresh is None or fresh.lifecycle is None:
        raise TypeError(f"{type(fresh).__name__} has no lifecycle, so no verb")
    fresh.state = fresh.lifecycle.next_state(fresh.state, verb)


def rows_of(model: type[models.Model]) -> models.QuerySet[Any]:
    """A plain QuerySet: the one of recorded models refuses what only the door may do."""
    return models.QuerySet(model)


def _locked(target: models.Model) -> models.Model:
    locked: models.Model = rows_of(target._meta.model).select_for_update(of=("self",)).get(pk=target.pk)
    return locked


def _stored(instance: models.Model) -> models.Model:
    stored: models.Model = rows_of(type(instance)).only(*_concrete(instance)).get(pk=instance.pk)
    return stored


def _concrete(instance: models.Model) -> list[str]:
    names = set(instance.audited_fields)  # type: ignore[attr-defined]
    return [field.attname for field in instance._meta.concrete_fields if field.attname in names or field.primary_key]


def open_door(event: Event) -> None:
    """Until this transaction ends. Raises RuntimeError within a change."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [str(event)])
        if (cursor.fetchone() or [""])[0]:
            raise RuntimeError("the door is open already: changes do not nest")


def close_door() -> None:
    """After events that were written many at once; a single one closes the door with its own statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('registratur.change', '', true)")


def write_event(done: Change, actor: Actor, event: Event, *, chain: str, reason: str, at: datetime) -> None:
    """For the door and for `dms.audit.notes` alone. Within a transaction."""
    length, head = _lock_head(chain)
    row = next_event(Chain(key=chain, length=length, head=head), done, actor, event, reason, at)
    names = ("chain", "number", "at", "actor", "name", "target", "body", "body_hash", "hash")
    with connection.cursor() as cursor:
        cursor.execute(_TELL_AND_CLOSE, {name: getattr(row, name) for name in names})


def _write_events(chains: Mapping[str, Change], actor: Actor, event: Event, reason: str) -> None:
    """One event for each, by a few statements; the heads are locked in the order of their keys."""
    keys, at = sorted(chains), timezone.now()
    Chain.objects.bulk_create([Chain(key=key, length=0, head=GENESIS) for key in keys], ignore_conflicts=True)
    heads = list(Chain.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    told = [next_event(head, chains[head.key], actor, event, reason, at) for head in heads]
    EventRow.objects.bulk_create(told, batch_size=500)
    for head, row in zip(heads, told, strict=True):
        head.length, head.head = row.number, row.hash
    Chain.objects.bulk_update(heads, ["length", "head"], batch_size=500)


def next_event(head: Chain, done: Change, actor: Actor, event: Event, reason: str, at: datetime) -> EventRow:
    """The next of the chain, not saved yet. `at` is kept in UTC, as it is read back to be proven."""
    number, at = head.length + 1, at.astimezone(UTC)
    target = done.touched[0]["row"] if done.target is None and done.touched else _name_of(done.target)
    body = json.dumps(
        {
            "version": BODY_VERSION,
            "chain": head.key,
            "number": number,
            "at": at.isoformat(),
            "actor": actor.key,
            "event": str(event),
            "target": target,
            "reason": reason,
            "facts": done.facts,
            "rows": done.touched,
            # without it, the hash of a short body that was erased by law could be guessed back
            "nonce": secrets.token_hex(8),
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    body_hash = hash_body(body)
    return EventRow(
        chain=head.key, number=number, at=at, actor=actor.key, name=str(event), target=target, body=body,
        body_hash=body_hash, hash=chained_hash(head.head, body_hash),
    )  # fmt: skip


def _update_alike(rows: Sequence[Any], values: Mapping[str, Any]) -> None:
    """By one statement for each model; the instances say it too."""
    by_model: dict[type[models.Model], list[Any]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row.pk)
        for name, value in values.items():
            setattr(row, name, value)
    for model, keys in by_model.items():
        rows_of(model).filter(pk__in=keys).update(**values)


def _name_of(target: models.Model | None) -> str:
    return "" if target is None else target_name(target)


def _lock_head(chain: str) -> tuple[int, str]:
    """Length and last hash of the chain, which nobody else can grow until this transaction ends."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT length, head FROM audit_chain WHERE key = %s FOR UPDATE", [chain])
            if head := cursor.fetchone():
                return head[0], head[1]
            Chain.objects.bulk_create([Chain(key=chain, length=0, head=GENESIS)], ignore_conflicts=True)


def _write_outbox(done: Change) -> None:
    write_outbox_of(done.outbox)


def write_outbox_of(entries: Iterable[tuple[str, Any]]) -> None:
    rows = [OutboxEntry(topic=topic, target=pk) for topic, pk in sorted(entries, key=str)]
    if rows:
        # a pending entry is touched, not only kept: a consumer that holds it now must not delete our news with it
        OutboxEntry.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["topic", "target"], update_fields=["since"], batch_size=1000
        )
        topics = frozenset(row.topic for row in rows)
        transaction.on_commit(lambda: outbox_written.send(Change, topics=topics), robust=True)
