"""Seals the chains: at an interval, the heads of all that grew are written into the object store, out of the
database's reach.

A chain alone proves nothing against the owner of the database, who can make it anew, with all its hashes. What was
sealed before, nobody can: a seal names chain, length and head, and the digest of the seal before it, so that none can
be left out. The interval is the guarantee, not the shape (docs/decisions/0002-one-door.md).
"""

from __future__ import annotations

import hashlib
import io
import json
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, OuterRef, Q, Subquery

from dms.audit.models import Chain, Seal, SealedChain
from dms.ports import ObjectExists, ObjectStore

FORMAT = "registratur-seal"
VERSION = 1
FIRST = "0" * 64
"""Stands for the seal before the first."""
_LOCK = 0x7365_616C


def seal_if_due(store: ObjectStore, now: datetime, interval: timedelta) -> Seal | None:
    """Seals when the newest seal is older than `interval`, or is of the future by a clock that was wrong; and puts one
    that is not in the store yet there."""
    newest = Seal.objects.order_by("number").last()
    if newest is not None and now - interval < newest.at <= now:
        put_missing(store)
        return None
    return seal(store, now)


def seal(store: ObjectStore, now: datetime) -> Seal | None:
    """Seals what has grown since the last seal; None when nothing has, or somebody else is sealing.

    The seal is in the database first and in the store next; what did not get there is put there by the next call.
    Raises StoreUnavailable.
    """
    made = _write(now)
    put_missing(store)
    return made


def put_missing(store: ObjectStore) -> None:
    """Puts the newest seals into the store until it meets one that is there. Raises StoreUnavailable."""
    for written in Seal.objects.order_by("-number").iterator(chunk_size=10):
        try:
            store.put(written.key, io.BytesIO(written.body.encode()), sha256=written.sha256)
        except ObjectExists:
            return


@transaction.atomic
def _write(now: datetime) -> Seal | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not (cursor.fetchone() or [False])[0]:
            return None
    if not (heads := _grown()):
        return None
    before = Seal.objects.order_by("number").last()
    number, previous = (before.number + 1, before.sha256) if before else (1, FIRST)
    body = _body(number, now, previous, heads)
    digest = hashlib.sha256(body.encode()).hexdigest()
    made = Seal.objects.create(number=number, at=now, body=body, sha256=digest, chains=len(heads))
    SealedChain.objects.bulk_create(
        [SealedChain(chain=key, length=length) for key, length, _head in heads],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["chain"],
        update_fields=["length"],
    )
    return made


def _grown() -> list[tuple[str, int, str]]:
    """Key, length and head of each chain that is longer than what is sealed of it: one statement, so one moment."""
    sealed = SealedChain.objects.filter(chain=OuterRef("key")).values("length")
    chains = Chain.objects.annotate(sealed=Subquery(sealed))
    grown = chains.filter(Q(sealed__isnull=True) | Q(length__gt=F("sealed")))
    return list(grown.order_by("key").values_list("key", "length", "head"))


def _body(number: int, at: datetime, previous: str, heads: list[tuple[str, int, str]]) -> str:
    """One line per chain, so that any text tool finds a chain in it."""
    opening = {"format": FORMAT, "version": VERSION, "number": number, "at": at.isoformat(), "previous": previous}
    lines = [json.dumps(opening), *(json.dumps(head) for head in heads)]
    return "\n".join(lines) + "\n"
