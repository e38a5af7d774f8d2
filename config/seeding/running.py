"""Runs the making of a town: divided among processes, each batch written and indexed at once; repeats safely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.db import connections
from django.utils import timezone

from config.seeding.pool import Progress, write_by_many
from config.seeding.schedule import plan_batches
from config.seeding.staff import REASON, TOP, Staff, staff_setup
from config.seeding.writing import MARK, Desk, write_batches
from config.town import town_setup
from dms.access.actors import system_setup
from dms.access.models import Body, User
from dms.access.permissions import Role
from dms.records.models import Document, Dossier, PlanEntry
from dms.records.plan.models import EntryState
from dms.records.protection.grants import grant_give
from ingest.models import InboxItem
from search.chosen import search_index
from search.indexer import drain
from search.source import RecordsSource

OWN_RIGHTS = 100
"""Of so many dossiers one has rights of its own."""


@dataclass(frozen=True, slots=True)
class Wish:
    """`until`: the last day on which anything has happened."""

    seed: int
    scale: int
    people: int
    until: datetime
    processes: int


def holds_real_records() -> bool:
    """Anything that was not made up here."""
    if InboxItem.objects.exclude(source_path__startswith=MARK).exists():
        return True
    begun = Body.objects.filter(name=TOP).exists()
    return not begun and bool(Dossier.objects.exists() or Document.objects.exists())


def seed_town(wish: Wish, progress: Progress) -> None:
    """What an interrupted run has written stays, and the rest is added. Raises what `staff_setup` raises."""
    town_setup()
    staff_setup(wish.seed, wish.people)
    leaves = PlanEntry.objects.filter(state=EntryState.ACTIVE, children__isnull=True).order_by("number")
    batches = plan_batches(wish.seed, wish.scale, list(leaves.values_list("number", flat=True)), wish.until)
    if wish.processes == 1:
        write_batches(Desk(wish.seed, wish.until), batches, progress)
    else:
        write_by_many(wish.processes, wish.seed, wish.until, batches, progress)
    _own_rights(wish)
    drain(search_index(), RecordsSource())


def _own_rights(wish: Wish) -> None:
    """Some files are somebody else's business too; given through the service, as people do it."""
    random, staff = Random(f"{wish.seed}/rights"), Staff()
    dossiers = list(Dossier.objects.order_by("pk").select_related("plan_entry", "scope")[::OWN_RIGHTS])
    until = timezone.localdate() + timedelta(days=365)
    for dossier in dossiers:
        keepers = staff.keeping(random.choice(["111", "411", "611", "911"]))
        if dossier.scope.place.startswith("records.dossier:") or not keepers:
            continue
        user = User.objects.get(pk=random.choice(keepers).user_id or 0)
        grant_give(system_setup(), dossier, user, Role.CLERK, reason=REASON, valid_to=until)


def gather_statistics() -> None:
    """PostgreSQL plans by them, and would gather them by itself only after a while; the owner of the tables may."""
    if "owner" in settings.DATABASES:
        with connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE")
