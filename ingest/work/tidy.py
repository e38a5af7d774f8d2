"""Removes what killed workers left in the store: objects that no row knows, once nobody can be writing them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from dms.records.models import StoredObject
from ingest.models import InboxItem, ItemState, RangeRun, StepRun
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
    known = {item.key, *_keys_of_records(item.pk), *_keys_in_facts(item)}
    strays = [key for key in tools.store.keys(item_prefix(item.pk, item.received_at)) if key not in known]
    for key in strays:
        tools.store.delete(key)
    if strays:
        log.info("item %s: %s stray objects removed", item.pk, len(strays))
    return len(strays)


def _keys_of_records(item_id: UUID) -> Iterator[str]:
    yield from StoredObject.objects.filter(version__document__item_id=item_id).values_list("key", flat=True)


def _keys_in_facts(item: InboxItem) -> Iterator[str]:
    for facts in StepRun.objects.filter(item=item).values_list("facts", flat=True):
        yield from _keys(facts)
    for facts in RangeRun.objects.filter(item=item, facts__isnull=False).values_list("facts", flat=True):
        yield from _keys(facts)


def _keys(facts: Any) -> Iterator[str]:
    """Every `ObjectFacts` wherever it stands."""
    if isinstance(facts, dict):
        if {"key", "sha256"} <= facts.keys():
            yield facts["key"]
        for value in facts.values():
            yield from _keys(value)
    elif isinstance(facts, list):
        for value in facts:
            yield from _keys(value)
