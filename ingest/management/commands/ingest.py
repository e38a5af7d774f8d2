"""`./manage.py ingest PATH…`: takes files and folders in, with progress; may be stopped and started again any time."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from errno import ENOENT
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError

from dms.access.actors import system_ingest
from dms.access.models import Scope
from dms.adapters.chosen import SystemClock
from dms.ports import ObjectStoreError
from dms.progress import progress_bar
from ingest.intake import Delivery, KeyUsedForOtherBytes, take_in
from ingest.models import InboxItem, ItemState, Source
from ingest.scopes import inbox_scope
from ingest.sources.found_file import FoundFile, NotReadable, printable
from ingest.work.pending import PENDING

ALL_DONE, SOME_REFUSED, NOT_TAKEN_IN = 0, 1, 2


class Command(BaseCommand):
    help = (
        "Takes files in; the files themselves stay where they are. Exit code: 0 all taken in (with --wait: and read), "
        "1 some were refused or are stuck, 2 some could not be taken in at all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--wait", action="store_true", help="wait until every item has ended, and show progress")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._run(options["paths"], wait=options["wait"])
        except DatabaseError as error:
            raise CommandError(f"The database does not answer: {error}", returncode=NOT_TAKEN_IN) from error
        except OSError as error:
            raise CommandError(printable(str(error)), returncode=NOT_TAKEN_IN) from error

    def _run(self, paths: list[Path], *, wait: bool) -> None:
        files, unreadable = _files(paths)
        items, failed = self._take_in(files)
        for error in unreadable:
            self.stderr.write(f"{printable(str(error.filename))}: {error.strerror}")
        if wait:
            _wait_for(items)
        refused = InboxItem.objects.filter(pk__in=items, state__in=[ItemState.REFUSED, ItemState.STUCK])
        for item in refused:
            reason = item.reason_text
            self.stderr.write(f"{item.filename}: {reason.sentence if reason else item.detail}")
        if failed or unreadable:
            missed = failed + len(unreadable)
            self.stderr.write(f"{len(items)} taken in, {missed} not; once that is mended, run the same command again.")
            sys.exit(NOT_TAKEN_IN)
        if refused:
            sys.exit(SOME_REFUSED)

    def _take_in(self, files: list[Path]) -> tuple[set[UUID], int]:
        items, failed, scope = set(), 0, _scope()
        with progress_bar(files, desc="Taken in", unit="file") as bar:
            for path in bar:
                try:
                    items.add(_take_in_file(path, scope).pk)
                except (OSError, NotReadable, ObjectStoreError, KeyUsedForOtherBytes) as error:
                    failed += 1
                    bar.write(f"{printable(str(path))}: {error or type(error).__name__}", file=sys.stderr)
        return items, failed


def _scope() -> Scope:
    try:
        return inbox_scope()
    except Scope.DoesNotExist as error:
        raise CommandError("There is no inbox yet. First: ./manage.py setup", returncode=NOT_TAKEN_IN) from error


def _files(paths: list[Path]) -> tuple[list[Path], list[OSError]]:
    """The files that are meant, and what cannot be read or is not there. Links lead to files, not into folders."""
    files: list[Path] = []
    unreadable: list[OSError] = []
    for path in paths:
        if path.is_dir():
            files += sorted(_files_below(path, unreadable.append))
        elif path.is_file():
            files.append(path)
        else:
            unreadable.append(FileNotFoundError(ENOENT, "does not exist, or is neither a file nor a folder", str(path)))
    return files, unreadable


def _files_below(folder: Path, on_error: Callable[[OSError], None]) -> Iterator[Path]:
    for where, subfolders, names in os.walk(folder, onerror=on_error):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        paths = (Path(where) / name for name in names if not name.startswith("."))
        yield from (path for path in paths if path.is_file())


def _take_in_file(path: Path, scope: Scope) -> InboxItem:
    file = FoundFile.at(path.resolve())
    delivery = Delivery(
        filename=printable(path.name),
        source=Source.COMMAND,
        source_path=printable(str(Path(path.parent.name) / path.name)),  # people need not know where it lies here
        source_key=file.source_key(),
    )
    with file.open() as stream:
        return take_in(system_ingest(), stream, delivery, scope=scope, clock=SystemClock()).item


def _wait_for(items: set[UUID]) -> None:
    with progress_bar(total=len(items), desc="Processed", unit="file") as bar:
        while True:
            open_items = InboxItem.objects.filter(pk__in=items, state__in=PENDING).count()
            bar.update(len(items) - open_items - bar.n)
            if not open_items:
                return
            time.sleep(0.5)
