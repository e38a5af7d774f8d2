"""`./manage.py watch`: looks at the watched folder every second, for ever."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error as DatabaseError
from django.db import close_old_connections

from dms.access.actors import system_ingest
from dms.adapters.chosen import SystemClock
from dms.ports import ObjectStoreError
from ingest.scopes import inbox_scope
from ingest.sources.folder import WatchedFolder

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Takes in every finished file below the watched folder (WATCH_FOLDER)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="look once and end")

    def handle(self, *args: Any, **options: Any) -> None:
        settings.WATCH_FOLDER.mkdir(parents=True, exist_ok=True)
        watched: WatchedFolder | None = None
        while True:
            watched = _look(watched)
            if options["once"]:
                return
            time.sleep(1)


def _look(watched: WatchedFolder | None) -> WatchedFolder | None:
    try:
        watched = watched or _watched()
        watched.look()
    except (DatabaseError, ObjectStoreError) as error:
        log.error("nothing is taken in for now, the files stay in the folder: %s", error)
        close_old_connections()
        time.sleep(2)
    return watched


def _watched() -> WatchedFolder:
    return WatchedFolder(
        settings.WATCH_FOLDER,
        actor=system_ingest(),
        scope=inbox_scope(),
        clock=SystemClock(),
        quiet_seconds=settings.WATCH_QUIET_SECONDS,
        patience_seconds=settings.WATCH_INCOMPLETE_SECONDS,
    )
