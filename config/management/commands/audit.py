"""`./manage.py audit verify`: proves the events, or names the first broken row of each; `audit seal`: seals them;
`audit seen`: who has seen a dossier."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from dms.accounts.operators import operator_here
from dms.adapters.chosen import object_store
from dms.audit.anchor import Anchor, read_anchor
from dms.audit.models import Seal
from dms.audit.seals import seal
from dms.audit.verify import Tally, one_moment, verify_all
from dms.ports import ObjectStoreError
from dms.records.models import ReferenceNumber
from dms.records.protection.readers import who_read, write_readers


def noted_seal(text: str) -> tuple[int, str]:
    """`3:9f2c…`, as `audit seal` prints it."""
    number, _colon, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise ArgumentTypeError(f"{text!r} is no seal: NUMBER:SHA256, as `audit seal` prints it")
    return int(number), digest.lower()


def moment(text: str) -> datetime:
    """Without a zone in local time."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no moment: 2026-03-01 or 2026-03-01T08:00") from None
    return timezone.make_aware(read) if timezone.is_naive(read) else read


class Command(BaseCommand):
    help = (
        "verify: checks every hash and link of the chains, what the seals say of them, and every record against its"
        " events. Exit code 1: broken. seal: seals what has grown since the last seal and prints NUMBER:SHA256, to be"
        " kept where nobody who can reach this machine can reach it. seen: who has read a sensitive dossier, as a"
        " table; the question is itself kept, under the operator's login and with its reason."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["verify", "seal", "seen"])
        parser.add_argument("number", nargs="?", help="seen: the dossier's reference number, a former one too")
        parser.add_argument("--since", type=moment, metavar="TIME", help="seen: 2026-03-01 or 2026-03-01T08:00")
        parser.add_argument("--until", type=moment, metavar="TIME", help="seen: the last moment; without it, now")
        parser.add_argument("--reason", default="", help="seen: why you ask")
        parser.add_argument(
            "--noted", action="append", default=[], type=noted_seal, metavar="NUMBER:SHA256",
            help="a seal as it was noted outside; may be given several times",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "seal":
            self._seal()
        elif options["verb"] == "seen":
            self._seen(options)
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

    def _seen(self, options: dict[str, Any]) -> None:
        if not (options["number"] and options["since"] and options["reason"].strip()):
            raise CommandError("seen needs a reference number, --since and --reason. See --help.")
        number = ReferenceNumber.objects.filter(pk=options["number"]).select_related("dossier").first()
        if number is None:
            raise CommandError(f"There is no dossier “{options['number']}”.")
        until = options["until"] or timezone.now()
        with translation.override("en"):
            found = who_read(operator_here(), number.dossier, options["since"], until, reason=options["reason"])
            self.stdout.write(write_readers(found).decode("utf-8-sig"), ending="")
        if found.protection is None:
            self.stderr.write("The dossier is not sensitive now: readings of it are not noted.")

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
