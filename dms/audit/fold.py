"""What records were after a row of events: each event tells what it changed, so their sum is the state."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from dms.audit.models import EventRow

State = dict[str, dict[str, Any]]
"""Audited fields as JSON values, by the name of the row (`target_name`); empty for a row that was deleted."""


def fold(state: State, rows: list[dict[str, Any]]) -> None:
    """Adds what one event changed; `rows` as its body has them."""
    for row in rows:
        if row["op"] == "delete":
            state[row["row"]] = {}
        elif row["op"] == "release":
            state.pop(row["row"], None)  # another chain tells of it now
        elif row["op"] == "adopt":
            state[row["row"]] = dict(row["after"])
        else:
            state.setdefault(row["row"], {}).update(row["after"])


def state_then(chain: str, moment: datetime) -> State:
    """All that the chain told of at that moment, as it was then; nothing before the chain began."""
    return states_then([chain], moment)


def states_then(chains: Collection[str], moment: datetime) -> State:
    """The same of several chains that tell of different rows."""
    state: State = {}
    for rows in _told_until(chains, moment):
        fold(state, rows)
    return state


def row_then(row: str, chains: Collection[str], moment: datetime) -> dict[str, Any] | None:
    """One row as it was then, whichever of these chains told of it; None before it came to be and after it was gone."""
    state: State = {}
    for rows in _told_until(chains, moment):
        fold(state, [one for one in rows if one["row"] == row and one["op"] != "release"])
    return state.get(row) or None


def _told_until(chains: Collection[str], moment: datetime) -> Iterator[list[dict[str, Any]]]:
    """The order of the events is what counts: of a clock that ran ahead for a while, everything before the last event
    that bears an earlier time has happened."""
    events = EventRow.objects.filter(chain__in=chains)
    last = events.filter(at__lte=moment).order_by("-id").values_list("id", flat=True).first() or 0
    for body in events.filter(id__lte=last).order_by("id").values_list("body", flat=True).iterator():
        yield json.loads(body)["rows"]
