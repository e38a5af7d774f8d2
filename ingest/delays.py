"""Why items wait although a step of theirs is next, for the lists that show them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ingest.models import InboxItem, Turn
from ingest.reasons import Delay
from ingest.work.pending import PENDING


def delays_of(items: Sequence[InboxItem]) -> dict[UUID, Delay]:
    """One query; items that are not held up are left out, and so is a code that a newer version wrote."""
    waiting = [item.pk for item in items if item.state in PENDING]
    if not waiting:
        return {}
    known = {delay.value: delay for delay in Delay}
    rows = Turn.objects.filter(pk__in=waiting).exclude(delay="").values_list("pk", "delay")
    return {pk: known[code] for pk, code in rows if code in known}
