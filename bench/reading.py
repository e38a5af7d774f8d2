"""How fast mail becomes searchable: scans, long scans, born-digital letters, a thousand letters in one go."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

from bench.installation import Product
from bench.material import anew, digital_letters, pictures_of, scans
from bench.processes import cpu_seconds, watched_memory
from bench.rounds import Better, Measurement, take_turns

LOOK_EVERY_SECONDS = 0.05
FEW = 20
"""With more letters left than these, nobody has to look so often."""


def scanned_pages(product: Product, place: Path, *, rounds: int, pages: int = 60) -> list[Measurement]:
    """Scans of one page each, all steps until they can be found, against bare tesseract on the pictures in them."""
    letters = scans(place / "scans", pages)
    pictures = pictures_of(letters, place / "pictures")
    cpu: tuple[list[float], list[float]] = ([], [])

    def ours(number: int) -> float:
        files = anew(letters, place / f"round-{number}", f"round {number}")
        before = cpu_seconds(product.pid)
        seconds = take_in_and_wait(files)
        cpu[0].append((cpu_seconds(product.pid) - before) / pages)
        return pages / seconds

    def theirs(number: int) -> float:
        before = _cpu_of_children()
        seconds = bare_tesseract(pictures, place / "bare")
        cpu[1].append((_cpu_of_children() - before) / pages)
        return pages / seconds

    with watched_memory(product.pid) as largest:
        product_rate, bare_rate = take_turns(rounds, ours, theirs)
    against = f"tesseract PAGE.jpg OUT -l deu txt, two at a time, OMP_THREAD_LIMIT=1, the same {pages} pages"
    return [
        Measurement("scanned pages, all steps, searchable", "pages/s", product_rate, bare_rate, against, goal=0.75),
        Measurement("  the same in CPU time", "CPU s", *cpu, better=Better.LOWER, notes=[_programs(largest)]),
    ]


def long_scan(product: Product, place: Path, *, rounds: int, pages: int = 20) -> list[Measurement]:
    """One long scan with both workers, and with one of them taken away meanwhile."""
    from config.celery import app

    scan = scans(place / "long", 1, pages=pages)

    def read(number: int, mark: str) -> float:
        return take_in_and_wait(anew(scan, place / f"long-{mark}-{number}", f"{mark} {number}"))

    def alone(number: int) -> float:
        app.control.broadcast("pool_shrink", arguments={"n": 1}, reply=True)
        try:
            return read(number, "alone")
        finally:
            app.control.broadcast("pool_grow", arguments={"n": 1}, reply=True)

    together, single = take_turns(rounds, lambda number: read(number, "together"), alone)
    name = f"one scan of {pages} pages, two workers"
    return [Measurement(name, "s", together, single, "the same with one worker", goal=0.6, better=Better.LOWER)]


def born_digital(product: Product, place: Path, *, rounds: int, letters: int = 200) -> list[Measurement]:
    files = digital_letters(place / "digital", letters)
    before = cpu_seconds(product.pid)
    rates = [
        letters / take_in_and_wait(anew(files, place / f"digital-{number}", f"round {number}"))
        for number in range(rounds)
    ]
    cpu = (cpu_seconds(product.pid) - before) / letters / rounds
    return [
        Measurement(
            "born-digital letters of one page, all steps", "docs/s", rates, goal=12, notes=[f"{cpu:.3f} CPU s each"]
        )
    ]


def a_thousand(product: Product, place: Path, *, letters: int = 1000) -> list[Measurement]:
    """Whether the last letters of a long morning are read as fast as the first."""
    from ingest.models import InboxItem

    files = anew(digital_letters(place / "many", letters, seed=815), place / "many-anew", "a thousand")
    take_in_and_wait(files)
    ends = sorted(
        InboxItem.objects.filter(filename__in=[file.name for file in files])
        .order_by("-received_at")
        .values_list("finished_at", flat=True)[:letters]
    )
    fifth = letters // 5
    first, last = (fifth / (part[-1] - part[0]).total_seconds() for part in (ends[fifth : 2 * fifth], ends[-fifth:]))
    return [
        Measurement(
            f"the last fifth of {letters} letters", "docs/s", [last], [first], "the second fifth of them", goal=0.9
        )
    ]


def take_in_and_wait(files: Sequence[Path]) -> float:
    """Seconds from the first file taken in until the last one is found by the search."""
    from dms.access.actors import system_ingest
    from dms.adapters.chosen import SystemClock
    from ingest.intake import Delivery, take_in
    from ingest.models import Source
    from ingest.scopes import inbox_scope

    scope, begun = inbox_scope(), time.monotonic()
    items = set()
    for file in files:
        with file.open("rb") as stream:
            delivery = Delivery(filename=file.name, source=Source.COMMAND, source_path=str(file), source_key=str(file))
            items.add(take_in(system_ingest(), stream, delivery, scope=scope, clock=SystemClock()).item.pk)
    _wait_until_searchable(items)
    return time.monotonic() - begun


def bare_tesseract(pictures: Sequence[Path], folder: Path) -> float:
    """Seconds."""
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}

    def read(picture: Path) -> None:
        command = ["tesseract", str(picture), str(folder / picture.stem), "-l", "deu", "txt"]
        subprocess.run(command, env=environment, check=True, stderr=subprocess.DEVNULL)

    begun = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(read, pictures))
    return time.monotonic() - begun


def _wait_until_searchable(items: set[UUID]) -> None:
    from ingest.models import InboxItem, ItemState
    from ingest.work.pending import PENDING
    from search.indexer import pending

    def still(left: set[UUID]) -> set[UUID]:
        return set(InboxItem.objects.filter(pk__in=left, state__in=PENDING).values_list("pk", flat=True))

    left = still(items)
    while left or pending():
        time.sleep(LOOK_EVERY_SECONDS * (10 if len(left) > FEW else 1))
        left = still(left)  # those alone that were left at the last look: looking takes from what is measured
    refused = InboxItem.objects.filter(pk__in=items).exclude(state=ItemState.DONE).values_list("filename", "detail")
    if refused:
        raise RuntimeError(f"not all were read: {list(refused)[:5]}")


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _programs(largest: dict[str, float]) -> str:
    found = sorted(largest.items(), key=lambda one: -one[1])
    return "largest memory meanwhile, MiB: " + ", ".join(f"{name} {value:.0f}" for name, value in found[:8])
