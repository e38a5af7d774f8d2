"""What the one door costs: audited changes of dossiers against plain updates of the same rows, by several writers.

A plain update is what any application does: lock the row, write it, commit; once in SQL, once as Django does it. The
door adds permission, lifecycle, diff, the event in the dossier's chain, and the trigger that refuses everything else.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING

from bench.rounds import Measurement, take_turns

if TYPE_CHECKING:
    from django.db import models

    from dms.access.actors import Actor
    from dms.records.dossiers.models import Dossier

DOSSIERS = 2_000
SECONDS = 4.0
WRITERS = (1, 4, 8)
PLAIN = "bench_plain"


def measure(rounds: int) -> list[Measurement]:
    """On the database of the product that runs; the rows stay."""
    _prepare()
    lines = []
    for writers in WRITERS:
        name = f"changes through the door, {writers} writer{'s' if writers > 1 else ''}"
        for against, plain in (("SELECT FOR UPDATE and UPDATE in SQL", _in_sql), ("the same by Django", _by_django)):
            ours, theirs = take_turns(rounds, _rated(_through_the_door, writers), _rated(plain, writers))
            lines.append(Measurement(name, "changes/s", ours, theirs, against=f"{against}, without triggers"))
    return lines


def _prepare() -> None:
    from django.db import connections
    from django.utils import timezone

    from dms.records.dossiers.keeping import dossier_open
    from dms.records.dossiers.models import Dossier
    from dms.records.models import PlanEntry

    entry = PlanEntry.objects.first()
    if entry is None:
        raise RuntimeError("the product has no file plan")
    for number in range(DOSSIERS):
        dossier_open(_registry(), entry, {"title": f"Akte {number}"}, now=timezone.now())
    table = Dossier._meta.db_table
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"CREATE TABLE {PLAIN} (LIKE {table} INCLUDING ALL)")
        cursor.execute(f"INSERT INTO {PLAIN} SELECT * FROM {table}")  # noqa: S608 - ours
        cursor.execute(f"GRANT ALL ON {PLAIN} TO PUBLIC")
        cursor.execute(f"ANALYZE {PLAIN}, {table}")


def _rated(writer: Callable[[int], int], writers: int) -> Callable[[int], float]:
    """Changes per second of all writers together, each a process of its own, once all are ready."""

    def rate(_turn: int) -> float:
        with ProcessPoolExecutor(writers, mp_context=get_context("spawn")) as pool:
            list(pool.map(_ready, range(writers)))
            return sum(pool.map(writer, range(writers))) / SECONDS

    return rate


def _ready(_number: int) -> None:
    import django

    django.setup()
    from django.db import connection

    connection.ensure_connection()
    time.sleep(0.5)  # so that each process takes one


def _registry() -> Actor:
    from dms.access.actors import Actor
    from dms.access.permissions import ROLE_ALLOWS, Role

    return Actor("user:bench", everywhere=ROLE_ALLOWS[Role.REGISTRY])


def _dossiers(number: int) -> Iterator[Dossier]:
    """One after the other in an order of the writer's own, until its time is over."""
    from dms.records.dossiers.models import Dossier

    known = list(Dossier.objects.order_by("pk")[:DOSSIERS])
    chance = random.Random(number)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        yield chance.choice(known)


def _through_the_door(number: int) -> int:
    from dms.audit.door import change
    from dms.audit.events import Event

    actor, done = _registry(), 0
    for done, dossier in enumerate(_dossiers(number), start=1):
        with change(actor, Event.DOSSIER_DESCRIBED, dossier, chain=dossier.chain) as opened:
            opened.target.title = f"Akte {number}.{done}"
            opened.save(opened.target)
    return done


def _in_sql(number: int) -> int:
    from django.db import connection, transaction

    done = 0
    for done, dossier in enumerate(_dossiers(number), start=1):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {PLAIN} WHERE id = %s FOR UPDATE", [dossier.pk])  # noqa: S608 - ours
            cursor.fetchone()
            values = (f"Akte {number}.{done}", dossier.pk)
            cursor.execute(f"UPDATE {PLAIN} SET title = %s WHERE id = %s", values)  # noqa: S608 - ours
    return done


def _by_django(number: int) -> int:
    from django.db import models, transaction

    from dms.records.dossiers.models import Dossier

    done = 0
    with _other_table(Dossier, PLAIN):
        for done, dossier in enumerate(_dossiers(number), start=1):
            with transaction.atomic():
                row: Dossier = models.QuerySet(Dossier).select_for_update().get(pk=dossier.pk)
                row.title = f"Akte {number}.{done}"
                models.Model.save(row, force_update=True)
    return done


@contextmanager
def _other_table(model: type[models.Model], table: str) -> Iterator[None]:
    """Django's statements about the model go to another table of the same shape."""
    own, model._meta.db_table = model._meta.db_table, table
    try:
        yield
    finally:
        model._meta.db_table = own
