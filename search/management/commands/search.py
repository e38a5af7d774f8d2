"""`./manage.py search rebuild | repair | check`: makes the index anew, mends it, or compares it with the records."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dms.progress import progress_bar
from search.chosen import search_index
from search.indexer import drain, look_again, pending
from search.ports import IndexMissing, RebuildRunning, SearchUnavailable
from search.rebuild import Difference, Fault, compare, rebuild
from search.source import RecordsSource

SAME, DIFFERENT = 0, 1
_SHOWN = 20


class Command(BaseCommand):
    help = (
        "rebuild: makes the search index anew from the records; searches go on meanwhile. "
        "repair: compares and indexes only what differs; can be interrupted and run again. "
        "check: compares index and records. Exit code of check: 0 they agree, 1 they differ."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["rebuild", "repair", "check"])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
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
        noted = look_again(difference.document_id for difference in _compare())
        drain(search_index(), RecordsSource())
        self.stdout.write(f"{noted} documents were brought up to date in the search index.")
        if waiting := pending():
            self.stdout.write(f"{waiting} changes still wait for the search index.")

    def _check(self) -> None:
        differences = list(_compare())
        for difference in differences[:_SHOWN]:
            self.stderr.write(f"{difference.document_id}: {_sentence(difference.fault)}")
        if waiting := pending():
            self.stdout.write(f"{waiting} changes still wait for the search index.")
        if differences:
            self.stderr.write(f"{len(differences)} documents differ.")
            sys.exit(DIFFERENT)
        self.stdout.write("Search index and database agree.")


def _compare() -> Iterator[Difference]:
    source = RecordsSource()
    with progress_bar(total=source.size(), desc="Comparison", unit="document") as bar:
        yield from compare(search_index(), source, progress=bar.update)


def _sentence(fault: Fault) -> str:
    return {
        Fault.MISSING: "is missing in the search index",
        Fault.OUTDATED: "is out of date in the search index",
        Fault.LEFT_OVER: "is in the search index, but not in the database",
    }[fault]
