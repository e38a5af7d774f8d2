"""Removes what killed workers left in the store: objects that no row knows, once nobody can be writing them."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from dms.ports import ObjectLocked
from ingest.models import InboxItem, ItemState
from ingest.objects.known import known_of_items
from ingest.work.attempt import Tools
from ingest.work.workspace import item_prefix

log = logging.getLogger(__name__)

GRACE = timedelta(hours=1)
WINDOW = timedelta(days=2)
ENDED = (ItemState.DONE, ItemState.REFUSED)


def tidy_objects(tools: Tools) -> int:
    """Looks at the items that ended within the last two days but not within the last hour. Returns what it removed."""
    now = tools.clock.now()
    tools.store.forget_unfinished(GRACE.total_seconds())
    ended = InboxItem.objects.filter(state__in=ENDED, finished_at__range=(now - WINDOW, now - GRACE))
    return sum(tidy_item(pk, tools) for pk in ended.values_list("pk", flat=True))


def tidy_item(item_id: UUID, tools: Tools) -> int:
    """Removes the objects of an ended item that nothing refers to. Never its original.

    The item's row is locked meanwhile: nobody can have it run again and store what no row knows yet.
    """
    with transaction.atomic():
        item = InboxItem.objects.select_for_update().filter(pk=item_id, state__in=ENDED).first()
        return _remove_strays(item, tools) if item else 0


def _remove_strays(item: InboxItem, tools: Tools) -> int:
    known = known_of_items([item.pk])
    strays = [key for key in tools.store.keys(item_prefix(item.pk, item.received_at)) if key not in known]
    removed = sum(_remove(key, tools) for key in strays)
    if removed:
        log.info("item %s: %s stray objects removed", item.pk, removed)
    return removed


def _remove(key: str, tools: Tools) -> bool:
    try:
        tools.store.delete(key)
    except ObjectLocked as error:
        log.info("a stray object stays for now: %s", error)
        return False
    return True
