"""What the malware scanner objected to: kept as it came, and handed out only to who insists, which is written down."""

from __future__ import annotations

from dms.access.actors import Actor
from dms.audit.door import change
from dms.audit.events import Event
from ingest.models import InboxItem, ItemState
from ingest.reasons import Reason

HARMLESS_ENDING = ".malware"
"""Put behind the name of the file, so that no double click runs it."""


def is_quarantined(item: InboxItem) -> bool:
    return item.state == ItemState.REFUSED and item.reason == Reason.MALWARE_FOUND.value


def note_fetched(actor: Actor, item: InboxItem) -> None:
    """Writes down who fetched it, before a byte goes out. Raises NotAllowed."""
    with change(actor, Event.ITEM_MALWARE_FETCHED, item, chain=item.chain):
        pass
