"""`./manage.py search rebuild | repair | check`: makes the index anew, mends it, or compares it with the records."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dms.progress import progress_bar
from search.chosen import search_index
from search.comparison import Comparison, Fault, examine
from search.indexer import drain, failures, look_again, pending, waiting_documents
from search.ports import IndexMissing, RebuildRunning, SearchUnavailable
from search.rebuild import rebuild
from search.source import RecordsSource

SAME, DIFFERENT = 0, 1
_SHOWN = 20
STANDSTILL_SECONDS = 60
"""Workers look at the index every few seconds; when nothing has moved for so long, nobody is at it."""


class Command(BaseCommand):
    help = (
        "rebuild: makes the search index anew from the records; searches go on meanwhile. "
        "repair: compares and indexes only what differs; can be interrupted and run again. "
        "check: compares index and records; changes that are still to be indexed are named apart and are no "
        "difference. Exit code of check: 0 nothing differs, 1 something does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["rebuild", "repair", "check"])
        parser.add_argument("--wait", action="store_true", help="first wait until no change waits for the index")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["wait"]:
                _wait()
            {"rebuild": self._rebuild, "repair": self._repair, "check": self._check}[options["action"]]()
        except RebuildRunning as error:
            raise CommandError("The search index is being rebuilt already.") from error
        except IndexMissing as error:
            raise CommandError("There is no search index yet. Build it: ./manage.py search rebuild") from error
        except SearchUnavailable as error:
            raise CommandError(f"The search index does not answer: {error}") from error

    def _rebuild(self) -> None:
        source = RecordsSource()
        with progress_bar(total=source.size(), desc="Search index", unit="document") as bar:
            rebuild(search_index(), source, progress=bar.update)
        self.stdout.write(f"The search index is rebuilt: {search_index().size()} documents.")

    def _repair(self) -> None:
        noted = look_again(difference.document_id for difference in _compared().differences)
        drain(search_index(), RecordsSource())
        self.stdout.write(f"{noted} documents were brought up to date in the search index.")
        if waiting := pending():
            self.stdout.write(f"{waiting} changes still wait for the search index.")

    def _check(self) -> None:
        compared, failed = _compared(), failures()
        for difference in compared.differences[:_SHOWN]:
            why = failed.get(difference.document_id)
            more = f"; it is tried again by itself, the last time: {why}" if why else ""
            self.stderr.write(f"{difference.document_id}: {_sentence(difference.fault)}{more}")
        if compared.waiting:
            self.stdout.write(
                f"{compared.waiting} changed documents still wait for the search index; they get there by themselves. "
                "To wait for them: ./manage.py search check --wait"
            )
        if compared.differences:
            self.stderr.write(f"{len(compared.differences)} documents differ. To mend it: ./manage.py search repair")
            sys.exit(DIFFERENT)
        rest = "Apart from these, search" if compared.waiting else "Search"
        self.stdout.write(f"{rest} index and database agree.")


def _compared() -> Comparison:
    source = RecordsSource()
    with progress_bar(total=source.size(), desc="Comparison", unit="document") as bar:
        return examine(search_index(), source, progress=bar.update)


def _wait() -> None:
    """Raises CommandError when nothing moves: then nobody is at work."""
    total, moved = len(waiting_documents()), time.monotonic()
    with progress_bar(total=total, desc="Waiting", unit="change") as bar:
        while left := len(waiting_documents()):
            if (done := max(total - left, 0)) != bar.n:
                moved = time.monotonic()
                bar.update(done - bar.n)
            elif time.monotonic() - moved > STANDSTILL_SECONDS:
                raise CommandError(
                    f"{left} changes wait, and nothing was indexed for a minute. Is the worker running (page "
                    "Betriebszustand)? To index them here and now: ./manage.py search repair"
                )
            time.sleep(1)


def _sentence(fault: Fault) -> str:
    return {
        Fault.MISSING: "is missing in the search index",
        Fault.OUTDATED: "is out of date in the search index",
        Fault.LEFT_OVER: "is in the search index, but not in the database",
    }[fault]
