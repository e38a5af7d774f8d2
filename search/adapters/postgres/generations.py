"""Which generation of the index is live and which is being built, and how one takes the place of the other."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from search.adapters.exclusive import begin_alone
from search.models import Entry, Generation, Page

_BATCH = 1_000


def written_generations() -> list[int]:
    """Where live writes go, in a fixed order: the live generation and the one being built."""
    stages = (Generation.Stage.LIVE, Generation.Stage.BUILDING)
    generations = dict(Generation.objects.filter(stage__in=stages).order_by("id").values_list("stage", "id"))
    if Generation.Stage.LIVE not in generations:
        Generation.objects.bulk_create([Generation(stage=Generation.Stage.LIVE)], ignore_conflicts=True)
        return written_generations()
    return sorted(generations.values())


def begin() -> int:
    """A new, empty generation. Raises RebuildRunning; clears what a killed rebuild has left."""
    with begin_alone():
        written_generations()
        Generation.objects.filter(stage=Generation.Stage.BUILDING).update(stage=Generation.Stage.RETIRED)
        clear_retired()
        _clear(Entry.objects.exclude(generation__in=Generation.objects.all()))
        return Generation.objects.create(stage=Generation.Stage.BUILDING).id


def swap(generation: int) -> None:
    """In one transaction, so that every search sees either the old or the new generation, whole."""
    with transaction.atomic():
        Generation.objects.filter(stage=Generation.Stage.LIVE).update(stage=Generation.Stage.RETIRED)
        Generation.objects.filter(id=generation).update(stage=Generation.Stage.LIVE)
        Entry.objects.filter(generation_id=generation, removed=True).delete()


def retire(generation: int) -> None:
    Generation.objects.filter(id=generation, stage=Generation.Stage.BUILDING).update(stage=Generation.Stage.RETIRED)


def clear_retired() -> None:
    """Deletes old generations in small bites: the application role may not TRUNCATE, and writers must not wait."""
    for generation in Generation.objects.filter(stage=Generation.Stage.RETIRED):
        _clear(Entry.objects.filter(generation=generation))
        generation.delete()


def _clear(entries: QuerySet[Entry]) -> None:
    while ids := list(entries.values_list("id", flat=True)[:_BATCH]):
        with transaction.atomic():
            Page.objects.filter(entry_id__in=ids).delete()
            Entry.objects.filter(id__in=ids).delete()
