"""`./manage.py audit verify`: proves the events, or names the first broken row of each; `audit seal`: seals them."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dms.adapters.chosen import object_store
from dms.audit.anchor import Anchor, read_anchor
from dms.audit.models import Seal
from dms.audit.seals import seal
from dms.audit.verify import Tally, one_moment, verify_all
from dms.ports import ObjectStoreError


def noted_seal(text: str) -> tuple[int, str]:
    """`3:9f2c…`, as `audit seal` prints it."""
    number, _colon, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise ArgumentTypeError(f"{text!r} is no seal: NUMBER:SHA256, as `audit seal` prints it")
    return int(number), digest.lower()


class Command(BaseCommand):
    help = (
        "verify: checks every hash and link of the chains, what the seals say of them, and every record against its"
        " events. Exit code 1: broken. seal: seals what has grown since the last seal and prints NUMBER:SHA256, to be"
        " kept where nobody who can reach this machine can reach it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["verify", "seal"])
        parser.add_argument(
            "--noted", action="append", default=[], type=noted_seal, metavar="NUMBER:SHA256",
            help="a seal as it was noted outside; may be given several times",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "seal":
            self._seal()
        elif self._verify(dict(options["noted"])):
            sys.exit(1)

    def _seal(self) -> None:
        try:
            made = seal(object_store(), timezone.now())
        except ObjectStoreError as error:
            raise CommandError(f"The seal is in the database, but not in the object store yet: {error}") from error
        newest = made or Seal.objects.order_by("number").last()
        self.stderr.write(f"{made.chains} chains sealed" if made else "nothing has grown since the last seal")
        if newest:
            self.stdout.write(f"{newest.number}:{newest.sha256}")

    def _verify(self, noted: dict[int, str]) -> int:
        tally, broken = Tally(), 0
        anchor = self._anchor(noted)
        with one_moment():
            for finding in verify_all(tally, anchor):
                broken += 1
                self.stderr.write(f"{finding.where}: {finding.what}")
        counted = f"{tally.chains} chains, {tally.events} events, {tally.rows} rows, {tally.seals} seals"
        self.stdout.write(f"{counted}: {broken or 'nothing'} broken")
        return broken

    def _anchor(self, noted: dict[int, str]) -> Anchor:
        try:
            return read_anchor(object_store(), noted)
        except ObjectStoreError as error:
            return Anchor(faults=[("the seals", f"cannot be read, so the chains are checked without: {error}")])
