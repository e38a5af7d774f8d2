"""How many dossiers there are below each entry, when each was opened and how much lies in it: all known beforehand,
so that the work can be divided, interrupted and taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from config.seeding.wording import SHARES, nearest

DOCUMENTS_PER_DOSSIER = 5
UNFILED = 0.01
"""Of all mail, what lies in the inbox still."""
AT_ONCE = 40
"""Dossiers in one transaction, with some two hundred documents."""
YEARS = 9
LATEST = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Batch:
    """What is written in one transaction. `entry` is a plan number, or empty for mail that is not filed yet.

    `documents`: how many lie in each of the dossiers opened at these moments; for the inbox one number and no moment.
    """

    key: str
    entry: str
    opened: tuple[datetime, ...]
    documents: tuple[int, ...]

    @property
    def size(self) -> int:
        return sum(self.documents)


def plan_batches(seed: int, scale: int, entries: Sequence[str], until: datetime) -> list[Batch]:
    """Of exactly `scale` documents in a fifth as many dossiers below these entries. Within an entry by time."""
    dossiers = max(scale // DOCUMENTS_PER_DOSSIER, 1)
    unfiled = round(scale * UNFILED)
    batches = []
    numbers = divided(dossiers, [nearest(SHARES, number) for number in entries])
    documents = divided(scale - unfiled, [float(number) for number in numbers])
    for entry, number, filed in zip(entries, numbers, documents, strict=True):
        batches += _of_entry(f"{seed}/{scale}/{entry}", entry, number, filed, until)
    for at, number in enumerate(divided(unfiled, [1.0] * max(unfiled // 200, 1))):
        batches.append(Batch(f"{seed}/{scale}/inbox/{at}", "", (), (number,)))
    return [batch for batch in batches if batch.size or batch.opened]


def divided(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers by weight that add up to the total exactly."""
    whole, numbers, before, passed = sum(weights), [], 0, 0.0
    for weight in weights:
        passed += weight
        until_here = round(total * passed / whole) if whole else 0
        numbers.append(until_here - before)
        before = until_here
    return numbers


def _of_entry(key: str, entry: str, number: int, documents: int, until: datetime) -> list[Batch]:
    random = Random(key)
    opened = sorted(_moment(random, until) for _ in range(number))
    filed = divided(documents, [random.expovariate(1) + 0.15 for _ in range(number)])
    return [
        Batch(f"{key}/{at}", entry, tuple(opened[at : at + AT_ONCE]), tuple(filed[at : at + AT_ONCE]))
        for at in range(0, number, AT_ONCE)
    ]


def _moment(random: Random, until: datetime) -> datetime:
    """In office hours; more of them lately than long ago."""
    days = random.random() ** 1.3 * YEARS * 365
    day = (until - LATEST - timedelta(days=days)).replace(hour=6, minute=0, second=0, microsecond=0)
    return day + timedelta(seconds=random.randint(0, 9 * 3600))
