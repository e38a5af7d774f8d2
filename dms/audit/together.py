"""The door for thousands of records that come into being at once: told one by one, written by few statements.

Permission, lifecycle, events and outbox are those of `change`; only rows that nobody has seen yet go through, so
nothing has to be locked or read again. What stood there before changes through `change`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from dms.access.actors import Actor
from dms.access.rule import Scoped, require
from dms.audit.door import (
    GENESIS,
    Change,
    HandedOver,
    audited_values,
    close_door,
    next_event,
    open_door,
    rows_of,
    set_state,
    write_outbox_of,
)
from dms.audit.events import RULES, Event
from dms.audit.models import Chain, EventRow, OutsideTheDoor, target_name

AT_ONCE = 500
"""Rows in one statement."""
_NEXT_NUMBERS = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"


@contextmanager
def change_together() -> Iterator[Together]:
    """All that is told inside is written at the end, in one transaction, or nothing of it. Doors do not nest."""
    with transaction.atomic():
        together = Together()
        yield together
        together.write()


@dataclass(frozen=True, slots=True)
class _Told:
    opened: _Deferred
    actor: Actor
    event: Event
    reason: str
    at: datetime


class Together:
    """Made by `change_together` only. Events keep the order in which they are told, within a chain and among chains."""

    def __init__(self) -> None:
        self.rows: dict[str, models.Model] = {}
        """As they will stand at the end, by name."""
        self.telling: dict[str, tuple[str | None, dict[str, Any]]] = {}
        """Which chain tells of a row, and the audited fields that it told last."""
        self._told: list[_Told] = []
        self._numbers: dict[type[models.Model], list[int]] = {}

    @contextmanager
    def change(
        self,
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
        """As `dms.audit.door.change`; `target` came into being in here, and the body gets that very object."""
        require(actor, RULES[event].permission, scope if target is None else target)  # type: ignore[arg-type]
        opened = _Deferred(self, target, chain)
        if verb is not None:
            set_state(target, verb)
        yield opened
        if verb is not None and target is not None:
            opened.save(target)
        self._told.append(_Told(opened, actor, event, reason, at or timezone.now()))

    def number_for(self, model: type[models.Model]) -> int:
        """Numbered rows get theirs before they are written, because the events name them."""
        numbers = self._numbers.setdefault(model, [])
        if not numbers:
            with connection.cursor() as cursor:
                cursor.execute(_NEXT_NUMBERS, [model._meta.db_table, model._meta.pk.column, AT_ONCE])
                numbers += [number for (number,) in cursor.fetchall()]
        return numbers.pop(0)

    def write(self) -> None:
        if not self._told:
            return
        open_door(self._told[0].event)
        self._write_rows()
        self._write_events()
        write_outbox_of({entry for told in self._told for entry in told.opened.outbox})
        close_door()

    def _write_rows(self) -> None:
        by_model: dict[type[models.Model], list[models.Model]] = {}
        for row in self.rows.values():
            by_model.setdefault(type(row), []).append(row)
        for model, rows in by_model.items():
            rows_of(model).bulk_create(rows, batch_size=AT_ONCE)

    def _write_events(self) -> None:
        """Heads that are there are locked in the order of their keys; of the others nobody else can know."""
        keys = sorted({told.opened.chain for told in self._told})
        known = {head.key: head for head in Chain.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
        heads = {key: known.get(key) or Chain(key=key, length=0, head=GENESIS) for key in keys}
        events = []
        for told in self._told:
            head = heads[told.opened.chain]
            row = next_event(head, told.opened, told.actor, told.event, told.reason, told.at)
            head.length, head.head = row.number, row.hash
            events.append(row)
        Chain.objects.bulk_create([heads[key] for key in keys if key not in known], batch_size=AT_ONCE)
        Chain.objects.bulk_update(known.values(), ["length", "head"], batch_size=AT_ONCE)
        EventRow.objects.bulk_create(events, batch_size=AT_ONCE)


class _Deferred(Change):
    """What happens inside, kept in memory until all is written together."""

    def __init__(self, together: Together, target: models.Model | None, chain: str) -> None:
        super().__init__(None, chain)
        self.target, self.chain, self._together = target, chain, together

    def save(self, instance: models.Model) -> None:
        name, after = target_name(instance), audited_values(instance)
        if name not in self._together.rows:
            self._keep(name, instance)
            self._touch("create", instance, {}, after)
        else:
            self.touch_changes(instance, self._own_fields(instance), after)
        self._together.telling[name] = (self.chain, after)

    def create_many(self, instances: Iterable[models.Model]) -> None:
        for row in instances:
            if row.pk is None:
                row.pk = self._together.number_for(type(row))
            self.save(row)

    def delete(self, instance: models.Model) -> None:
        raise TypeError("what comes into being together is not deleted in the same moment")

    def release(self, instance: models.Model) -> None:
        before = self._own_fields(instance)
        self._touch("release", instance, before, {})
        self._together.telling[target_name(instance)] = (None, before)

    def adopt(self, instance: models.Model) -> None:
        name, after = target_name(instance), audited_values(instance)
        self._touch("adopt", instance, self._together.telling[name][1], after)
        self._together.telling[name] = (self.chain, after)

    def _own_fields(self, instance: models.Model) -> dict[str, Any]:
        chain, values = self._together.telling[target_name(instance)]
        if chain != self.chain:
            raise HandedOver
        return values

    def _keep(self, name: str, instance: models.Model) -> None:
        if not instance._state.adding:  # noqa: SLF001 - Django's own sign of a new row
            raise OutsideTheDoor(f"{name} stood there before: it changes through `change`")
        self._together.rows[name] = instance
