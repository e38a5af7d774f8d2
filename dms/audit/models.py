"""Events, the head of each chain, the outbox, and the base of all rows that only change through the door."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, NoReturn, TypeVar

from django.db import models

from dms.audit.lifecycle import Lifecycle

M = TypeVar("M", bound=models.Model)
SEAL_PREFIX = "seals/"


class OutsideTheDoor(Exception):
    """A record was to be changed without `audit.change`; nobody would ever know who did it and why."""


class RecordedQuerySet(models.QuerySet[M]):
    """Reads as usual; refuses every write, because bulk writes would leave no event."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise OutsideTheDoor(f"{self.model.__name__}: use audit.change instead of update()")

    def delete(self) -> NoReturn:
        raise OutsideTheDoor(f"{self.model.__name__}: use audit.change instead of delete()")

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise OutsideTheDoor(f"{self.model.__name__}: use audit.change instead of bulk_create()")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise OutsideTheDoor(f"{self.model.__name__}: use audit.change instead of bulk_update()")


class Recorded(models.Model):
    """A row that only `audit.change` writes. `audited_fields` are what its events carry, before and after.

    A database trigger refuses other writes too (`dms.audit.guards`).
    """

    audited_fields: ClassVar[tuple[str, ...]] = ()
    lifecycle: ClassVar[Lifecycle | None] = None
    outbox_topics: ClassVar[tuple[str, ...]] = ()
    """Who wants to hear of each change, by topic; see `OutboxEntry`."""

    objects = RecordedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise OutsideTheDoor(f"{type(self).__name__}: use change.save() inside audit.change")

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise OutsideTheDoor(f"{type(self).__name__}: use change.delete() inside audit.change")


class Chain(models.Model):
    """The head of one chain of events. Its row is the lock under which the next event is written."""

    key = models.CharField(max_length=100, primary_key=True)
    length = models.PositiveIntegerField()
    head = models.CharField(max_length=64)


class EventRow(models.Model):
    """One thing that happened. `body` is what was hashed; the other columns repeat it for queries and are verified.

    hash = SHA-256(previous hash ‖ SHA-256(body)), both in lower-case hex; see docs/decisions/0002-one-door.md.
    """

    chain = models.CharField(max_length=100)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    name = models.CharField(max_length=60)
    target = models.CharField(max_length=100)
    body = models.TextField()
    body_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="event_number_in_chain")]
        indexes = [models.Index(fields=["target", "id"], name="event_by_target")]


class OutboxEntry(models.Model):
    """`topic` has to look at `target` again. Written in the same transaction as the change; at most one is pending."""

    topic = models.CharField(max_length=40)
    target = models.UUIDField(default=uuid.uuid4)
    since = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    problem = models.TextField(default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "target"], name="outbox_once_pending")]


class Seal(models.Model):
    """The heads of all chains that grew since the seal before, at one moment. Its bytes lie in the object store too,
    out of reach of whoever owns the database (`dms.audit.seals`)."""

    number = models.PositiveIntegerField(primary_key=True)
    at = models.DateTimeField()
    body = models.TextField()
    """The bytes themselves, so that a seal that did not reach the store is put there later."""
    sha256 = models.CharField(max_length=64)
    chains = models.PositiveIntegerField()

    @property
    def key(self) -> str:
        """Where its bytes lie in the object store."""
        return f"{SEAL_PREFIX}{self.number:06}-{self.sha256[:16]}.json"


class SealedChain(models.Model):
    """How far a chain is sealed. Only the sealer writes it: the chain's own row is the lock of every change."""

    chain = models.CharField(max_length=100, primary_key=True)
    length = models.PositiveIntegerField()


def target_name(instance: models.Model) -> str:
    """How an event names a row: `records.document:0b5e…`."""
    return f"{instance._meta.label_lower}:{instance.pk}"


__all__ = ["Chain", "EventRow", "OutboxEntry", "OutsideTheDoor", "Recorded", "Seal", "SealedChain", "target_name"]
