"""`./manage.py objects …`: gets the store ready, compares it with the database, moves it elsewhere without downtime."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dms.adapters.chosen import SystemClock, object_store
from dms.adapters.store_places import NotAPlace, Place
from dms.ports import ObjectMissing, ObjectStoreError
from dms.progress import progress_bar
from dms.records.models import StoredObject
from ingest.objects.check import Fault, Finding, faults, strays
from ingest.objects.known import count_known
from ingest.objects.move import Move, MoveNotPossible

FINE, FOUND = 0, 1
SHOWN = 20
WORD = "delete"


class Command(BaseCommand):
    help = "Looks after the store in which the bytes of all documents lie."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, parser_class=ArgumentParser)
        verbs.add_parser("prepare", help="make folder or bucket if it is missing, and prove that it keeps its promises")
        verbs.add_parser("check", help="compare with the database, every byte. Exit code: 0 they agree, 1 they differ")
        move = verbs.add_parser("move", help="carry everything to another place; killed, it goes on where it stopped")
        move.add_argument("--to", required=True, metavar="URL", help="file:///folder or s3+https://server/bucket")
        move.add_argument(
            "--despite-damage", action="store_true", help="end the move although objects are damaged or missing already"
        )
        empty = verbs.add_parser("empty-old", help="delete the objects in the place that everything was moved from")
        empty.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        act = {"prepare": self._prepare, "check": self._check, "move": self._move, "empty-old": self._empty_old}
        try:
            act[options["verb"]](options)
        except (ObjectStoreError, NotAPlace, MoveNotPossible) as error:
            raise CommandError(str(error)) from error

    def _prepare(self, options: dict[str, Any]) -> None:
        store = object_store()
        try:
            store.prepare()
        except ObjectStoreError as error:
            raise CommandError(f"The object store is not ready: {error}") from error
        plan = store.plan()
        self.stdout.write(f"The object store is ready: {plan.write_to.url}")
        if plan.also_read:
            self.stdout.write(f"Still read from: {plan.also_read.url}")
        newest = StoredObject.objects.order_by("-version__document__received_at").first()
        try:
            if newest:
                store.size(newest.key)
        except ObjectMissing:
            self.stderr.write(
                "Warning: the document that came in last is not in this store. Does OBJECT_STORE_URL name the right "
                "one? To move: ./manage.py objects move"
            )

    def _check(self, options: dict[str, Any]) -> None:
        store = object_store()
        with _bar("Comparison", count_known()) as bar:
            found = [*faults(store, progress=bar.update)]
        self._tell([*found, *strays(store, SystemClock().now())])
        if found:
            sys.exit(FOUND)
        self.stdout.write("Everything that the database knows is in the object store, unharmed.")

    def _move(self, options: dict[str, Any]) -> None:
        store, despite = object_store(), options["despite_damage"]
        move = Move(store.plan_file, store.plan(), SystemClock())
        if not move.begin(_place(options["to"], store.plan().write_to)):
            self.stdout.write("Everything is there already.")
            return
        self.stdout.write(f"What is new goes to {options['to']} from now on.")
        with _bar("Move", move.size()) as bar:
            self._tell(move.carry_over(bar.update, damaged_too=despite))
        with _bar("Proof", count_known()) as bar:
            left = move.prove(bar.update, despite=despite)
        self._tell(left)
        if left and not despite:
            self.stderr.write(
                "The move has not ended; both places are read from. Put what is missing or damaged back at the old "
                "place from the backup and repeat the command, or end it with --despite-damage."
            )
            sys.exit(FOUND)
        self.stdout.write(
            "Everything is at the new place, every byte was read back. "
            "To empty the old one: ./manage.py objects empty-old"
        )

    def _empty_old(self, options: dict[str, Any]) -> None:
        store = object_store()
        move = Move(store.plan_file, store.plan(), SystemClock())
        place, count = move.may_empty(), move.size()
        if not options["yes"] and not _confirmed(count, place):
            raise CommandError("Nothing was deleted.")
        with _bar("Emptying", count) as bar:
            emptied = move.empty_old(bar.update)
        if emptied.locked:
            self.stderr.write(
                f"The old store itself protects {emptied.locked} objects (retention, hold); they stay there."
            )
        if emptied.stay:
            self._tell(emptied.stay)
            raise CommandError("What the new place lacks stays at the old one. First: ./manage.py objects move")
        self.stdout.write(f"The old place is empty and no longer needed: {place}")

    def _tell(self, findings: Iterable[Finding]) -> None:
        """The first few of each kind by name, all of them by number."""
        by_fault: dict[Fault, list[str]] = {}
        for finding in findings:
            by_fault.setdefault(finding.fault, []).append(finding.key)
        for fault, keys in by_fault.items():
            for key in keys[:SHOWN]:
                self.stderr.write(f"{key}: {_sentence(fault)}")
            self.stderr.write(f"{len(keys)} × {_sentence(fault)}")


def _sentence(fault: Fault) -> str:
    return {
        Fault.MISSING: "is missing in the object store",
        Fault.DAMAGED: "is damaged: its checksum differs",
        Fault.STRAY: "is unknown to the database; it does no harm",
    }[fault]


def _place(url: str, now: Place) -> Place:
    """With the credentials for it: those of a place that is known, else the ones given for the new place."""
    known = [now, Place(**settings.OBJECT_STORE)]
    return next((place for place in known if place.url == url), Place(url, **settings.OBJECT_STORE_NEW))


def _confirmed(count: int, place: str) -> bool:
    try:
        answer = input(f'{count} objects in {place} will be deleted for good. Type "{WORD}" to go on: ')
    except EOFError:
        return False
    return answer.strip() == WORD


@contextmanager
def _bar(title: str, total: int) -> Iterator[Any]:
    with progress_bar(total=total, desc=title, unit="object", mininterval=1) as bar:
        yield bar
