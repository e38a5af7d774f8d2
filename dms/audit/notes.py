"""Events that change nothing: that somebody looked at a record, asked who did, or was refused.

They bear a record as their target and stand in chains of their own, so that no reader waits for a writer, and no
history of a record has to leave them out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from dms.access.actors import Actor
from dms.audit.door import Change, write_event
from dms.audit.events import Event

NOTES = frozenset({Event.RECORD_READ, Event.READS_ASKED, Event.ACCESS_REFUSED})
"""Histories of a record and whatever looks for its last change leave these out."""


def note(
    actor: Actor, event: Event, about: models.Model, *, chain: str, facts: dict[str, Any], reason: str = "",
    at: datetime | None = None,
) -> None:  # fmt: skip
    """The caller has checked that it may be so. Holds no row but the head of the chain; never within `change`."""
    with transaction.atomic():
        told = Change(about, chain)
        told.facts.update(facts)
        write_event(told, actor, event, chain=chain, reason=reason, at=at or timezone.now())
