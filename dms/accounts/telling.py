"""What happened to an account or to a unit, group or position, event by event, as people read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dms.access.actors import actor_in_words
from dms.audit.events import RULES, Event
from dms.audit.models import EventRow


@dataclass(frozen=True, slots=True)
class Told:
    """One event; `details` in the order in which people read them."""

    at: datetime
    actor: str
    who: str
    name: str
    what: str
    details: tuple[str, ...]
    reason: str

    @property
    def sentence(self) -> str:
        more = [*self.details, *([self.reason] if self.reason else [])]
        return f"{self.what}: {', '.join(more)}" if more else self.what


def tell(row: EventRow, details: Iterable[str], reason: str) -> Told:
    """In the language that is active."""
    what = str(RULES[Event(row.name)].text) if row.name in set(Event) else row.name
    return Told(row.at, row.actor, actor_in_words(row.actor), row.name, what, tuple(details), reason)
