"""`./manage.py ingest PATH…`: takes files and folders in, with progress; may be stopped and started again any time."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from dms.access.actors import system_ingest
from dms.adapters.chosen import SystemClock
from dms.ports import ObjectStoreError
from ingest.intake import Delivery, take_in
from ingest.models import InboxItem, ItemState, Source
from ingest.scopes import inbox_scope
from ingest.sources.folder import Found

ALL_DONE, SOME_REFUSED, NOT_TAKEN_IN = 0, 1, 2
PENDING = (ItemState.WAITING, ItemState.WORKING)


class Command(BaseCommand):
    help = (
        "Takes files in; the files themselves stay where they are. Exit code: 0 all taken in (with --wait: and read), "
        "1 some were refused or are stuck, 2 some could not be taken in at all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--wait", action="store_true", help="wait until every item has ended, and show progress")

    def handle(self, *args: Any, **options: Any) -> None:
        files = list(_files(options["paths"]))
        items, failed = self._take_in(files)
        if options["wait"]:
            _wait_for(items)
        refused = InboxItem.objects.filter(pk__in=items, state__in=[ItemState.REFUSED, ItemState.STUCK])
        for item in refused:
            reason = item.reason_text
            self.stderr.write(f"{item.filename}: {reason.sentence if reason else item.detail}")
        if failed:
            sys.exit(NOT_TAKEN_IN)
        if refused:
            sys.exit(SOME_REFUSED)

    def _take_in(self, files: list[Path]) -> tuple[list[Any], int]:
        items, failed = [], 0
        with tqdm(files, desc=_("Angenommen"), unit=_("Datei")) as bar:
            for path in bar:
                try:
                    items.append(_take_in_file(path).pk)
                except (OSError, ObjectStoreError) as error:
                    failed += 1
                    bar.write(f"{path}: {error}", file=sys.stderr)
        return items, failed


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise CommandError(_("{path}: gibt es nicht.").format(path=path), returncode=NOT_TAKEN_IN)
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        else:
            yield path


def _take_in_file(path: Path) -> InboxItem:
    status = path.stat()
    found = Found(path.resolve(), status.st_size, status.st_mtime_ns, status.st_ino)
    delivery = Delivery(
        filename=path.name, source=Source.COMMAND, source_path=str(path), source_key=found.source_key
    )  # fmt: skip
    with path.open("rb") as stream:
        return take_in(system_ingest(), stream, delivery, scope=inbox_scope(), clock=SystemClock()).item


def _wait_for(items: list[Any]) -> None:
    with tqdm(total=len(items), desc=_("Verarbeitet"), unit=_("Datei")) as bar:
        while True:
            open_items = InboxItem.objects.filter(pk__in=items, state__in=PENDING).count()
            bar.update(len(items) - open_items - bar.n)
            if not open_items:
                return
            time.sleep(0.5)
