"""`./manage.py audit verify`: proves the events, or names the first broken row of each chain."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from dms.audit.verify import Tally, one_moment, verify_all


class Command(BaseCommand):
    help = "verify: checks every hash and link of the chains, and every record against its events. Exit code 1: broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["verify"])

    def handle(self, *args: Any, **options: Any) -> None:
        tally, broken = Tally(), 0
        with one_moment():
            for finding in verify_all(tally):
                broken += 1
                self.stderr.write(f"{finding.where}: {finding.what}")
        self.stdout.write(
            f"{tally.chains} chains, {tally.events} events, {tally.rows} rows: {broken or 'nothing'} broken"
        )
        if broken:
            sys.exit(1)
