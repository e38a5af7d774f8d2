"""Every stored object that a row of the database refers to, with the digest it must have.

Whoever adds a table that holds keys adds it here: an object that nobody knows counts as stray.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from dms.audit.models import SEAL_PREFIX, Seal
from dms.batches import batches
from dms.records.models import ClassifierModel, Document, StoredObject
from ingest.models import InboxItem, RangeRun, StepRun
from ingest.work.workspace import item_of

AT_ONCE = 50
"""Items: a long document has a thousand objects."""


@dataclass(frozen=True, slots=True)
class KnownObject:
    key: str
    sha256: str


def known_objects() -> Iterator[KnownObject]:
    """All of them, each once; a few in memory at a time."""
    for items in batches(_item_ids(), AT_ONCE):
        yield from known_of_items(items).values()
    for key, sha256 in ClassifierModel.objects.values_list("key", "sha256").iterator():
        yield KnownObject(key, sha256)
    for seal in Seal.objects.defer("body").iterator():
        yield KnownObject(seal.key, seal.sha256)


def count_known() -> int:
    return sum(1 for _known in known_objects())


def known_among(keys: Iterable[str]) -> dict[str, KnownObject]:
    """Those of these keys that any row refers to."""
    wanted = set(keys)
    items = {item for item in map(item_of, wanted) if item}
    known = known_of_items(items)
    rows = [*StoredObject.objects.filter(key__in=wanted - known.keys()).values_list("key", "sha256")]
    rows += ClassifierModel.objects.filter(key__in=wanted).values_list("key", "sha256")
    if any(key.startswith(SEAL_PREFIX) for key in wanted):
        rows += [(seal.key, seal.sha256) for seal in Seal.objects.defer("body")]
    known |= {key: KnownObject(key, sha256) for key, sha256 in rows}
    return {key: known[key] for key in wanted & known.keys()}


def known_of_items(items: Iterable[UUID]) -> dict[str, KnownObject]:
    """What the items, their documents and the steps that ran on them refer to, by key."""
    ids = list(items)
    found = [
        *InboxItem.objects.filter(pk__in=ids).values_list("key", "sha256"),
        *StoredObject.objects.filter(_of_items(ids)).values_list("key", "sha256"),
    ]
    for rows in (StepRun.objects, RangeRun.objects.filter(facts__isnull=False)):
        for facts in rows.filter(item__in=ids).values_list("facts", flat=True).iterator():
            found += objects_in(facts)
    return {key: KnownObject(key, sha256) for key, sha256 in found}


def _of_items(ids: list[UUID]) -> Q:
    """The objects of a version lie with the item that it was handed in by."""
    return Q(version__item_id__in=ids) | Q(version__item_id=None, version__document__item_id__in=ids)


def _item_ids() -> Iterator[UUID]:
    yield from InboxItem.objects.order_by("received_at").values_list("pk", flat=True).iterator()
    orphans = Document.objects.exclude(item_id__in=InboxItem.objects.values("pk"))
    yield from orphans.order_by().values_list("item_id", flat=True).distinct().iterator()


def objects_in(facts: Any) -> Iterator[tuple[str, str]]:
    """Key and digest of every `ObjectFacts`, wherever it stands."""
    if isinstance(facts, dict):
        if {"key", "sha256"} <= facts.keys():
            yield facts["key"], facts["sha256"]
        for value in facts.values():
            yield from objects_in(value)
    elif isinstance(facts, list):
        for value in facts:
            yield from objects_in(value)
