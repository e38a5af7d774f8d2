"""Takes a file in: its bytes are stored and flushed first, then the item is committed, then it counts as received."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO

from django.db import IntegrityError

from dms.access.actors import Actor
from dms.access.models import Scope
from dms.access.permissions import Permission
from dms.access.rule import NotAllowed, allowed_scopes
from dms.adapters.chosen import object_store
from dms.audit.door import change
from dms.audit.events import Event
from dms.ports import Clock, ObjectLocked
from ingest.models import InboxItem, Source, Turn
from ingest.steps.names import FIRST_STEP
from ingest.work.storable import storable
from ingest.work.wake import wake_after_commit
from ingest.work.workspace import fresh_key, item_prefix

log = logging.getLogger(__name__)


class KeyUsedForOtherBytes(Exception):
    """The idempotency key was used before, for a file with other bytes."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file at the door. `source_key` and `idempotency_key` each make sure that it is taken in once."""

    filename: str
    source: Source
    source_path: str = ""
    source_key: str | None = None
    idempotency_key: str | None = None
    incomplete: bool = False
    """Its end is missing; see `InboxItem.incomplete`."""


@dataclass(frozen=True, slots=True)
class Receipt:
    item: InboxItem
    created: bool
    """False: this delivery had been taken in before, `item` is the one from then."""


def take_in(actor: Actor, stream: BinaryIO, delivery: Delivery, *, scope: Scope, clock: Clock) -> Receipt:
    """Once this returns, the file is safe: stored, flushed, and its item committed. Repeats safely with a key.

    Raises NotAllowed, KeyUsedForOtherBytes, and StoreUnavailable (nothing was taken in then).
    """
    if scope.pk not in allowed_scopes(actor, Permission.INBOX_ADD):
        raise NotAllowed(actor, Permission.INBOX_ADD)
    if delivery.source_key is not None and (earlier := earlier_item(actor, delivery)):
        return Receipt(earlier, created=False)  # not even stored again: a folder is looked at every second
    item = store_item(actor, stream, delivery, scope_id=scope.pk, now=clock.now())
    earlier = earlier_item(actor, delivery)
    if earlier is None:
        try:
            return Receipt(item_receive(actor, item), created=True)
        except IntegrityError:
            # the same delivery came in twice at once, and the other one won
            earlier = earlier_item(actor, delivery)
            if earlier is None:
                raise
    forget_bytes(item)
    if earlier.sha256 != item.sha256 or earlier.document_id is not None:
        raise KeyUsedForOtherBytes
    return Receipt(earlier, created=False)


def store_item(
    actor: Actor,
    stream: BinaryIO,
    delivery: Delivery,
    *,
    scope_id: int,
    now: datetime,
    item_id: uuid.UUID | None = None,
) -> InboxItem:
    """The bytes are stored and flushed; the row is not there yet. Its id is a new one. Raises StoreUnavailable."""
    item_id = item_id or uuid.uuid4()
    stored = object_store().put(fresh_key(item_prefix(item_id, now), f"original{_ending(delivery.filename)}"), stream)
    return InboxItem(
        id=item_id,
        scope_id=scope_id,
        filename=_clean_name(delivery.filename),
        source=delivery.source,
        source_path=storable(delivery.source_path[:1000]),
        source_key=delivery.source_key,
        idempotency_key=delivery.idempotency_key,
        submitted_by=actor.key,
        received_at=now,
        incomplete=delivery.incomplete,
        key=stored.key,
        sha256=stored.sha256,
        size=stored.size,
        step=FIRST_STEP,
    )


def item_receive(actor: Actor, item: InboxItem) -> InboxItem:
    """Its row is committed with the present transaction, and is pending work from then on. Raises NotAllowed."""
    with change(actor, Event.ITEM_RECEIVED, chain=item.chain, scope=item, at=item.received_at) as opened:
        opened.save(item)
        Turn.objects.create(item=item)
        wake_after_commit()
    return item


def forget_bytes(item: InboxItem) -> None:
    """Of a delivery that was known, or refused. Bytes that the store protects stay there; nobody refers to them."""
    try:
        object_store().delete(item.key)
    except ObjectLocked as error:
        log.info("a second copy stays for now: %s", error)


def earlier_item(actor: Actor, delivery: Delivery) -> InboxItem | None:
    if delivery.source_key is not None:
        return InboxItem.objects.filter(source_key=delivery.source_key).first()
    if delivery.idempotency_key is not None:
        return InboxItem.objects.filter(submitted_by=actor.key, idempotency_key=delivery.idempotency_key).first()
    return None


def _clean_name(filename: str) -> str:
    """The last part of the name without control characters; browsers and mail may send anything."""
    name = "".join(c for c in PurePath(filename.replace("\\", "/")).name if c.isprintable())
    name = name[-255:].strip()
    return name if name.strip(". ") else "ohne Namen"


def _ending(filename: str) -> str:
    return PurePath(filename).suffix
