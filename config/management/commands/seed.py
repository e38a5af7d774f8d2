"""`./manage.py seed --scale N`: fills the town with made-up people, files and mail."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from datetime import UTC, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from config.seeding.running import Wish, gather_statistics, holds_real_records, seed_town
from config.seeding.staff import FEWEST, OtherPlan
from dms.progress import progress_bar
from dms.records.models import Document, Dossier

REFUSAL = (
    "This town holds records that are not made up, and what is added here cannot be removed again. Use another state "
    "folder (REGISTRATUR_STATE=…), or say --beside-real-records if that is what you want."
)
OTHER_PLAN = "The file plan here is not the sample plan: the entry {number} is missing. Made-up files need that one."


class Command(BaseCommand):
    help = (
        "Makes a believable town to try the product out or to measure it: units, people, rights, dossiers, cases and "
        "documents with text. The same numbers make the same town. Interrupted, it goes on where it stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", type=int, required=True, help="documents; a fifth as many dossiers")
        parser.add_argument("--seed", type=int, default=1, help="another number makes another town (1)")
        parser.add_argument("--people", type=int, default=300, help="accounts; nobody can log in yet (300)")
        parser.add_argument("--until", type=parse_date, help="the last day on which anything happened (today)")
        parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)), help="(one per core)")
        parser.add_argument("--beside-real-records", action="store_true", help="also where people work already")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["scale"] < 1 or options["processes"] < 1:
            raise CommandError("--scale and --processes are numbers from 1 on.")
        if options["people"] < FEWEST:
            raise CommandError(
                f"--people {options['people']}: the town has {FEWEST} units with people, so take {FEWEST} or more."
            )
        if holds_real_records() and not options["beside_real_records"]:
            raise CommandError(REFUSAL)
        until = datetime.combine(options["until"] or timezone.localdate(), time(hour=4), tzinfo=UTC)
        wish = Wish(options["seed"], options["scale"], options["people"], until, options["processes"])
        with progress_bar(total=options["scale"], desc="Town", unit="document") as bar:
            try:
                seed_town(wish, bar.update)
            except OtherPlan as missing:
                raise CommandError(OTHER_PLAN.format(number=missing)) from None
        gather_statistics()
        self.stdout.write(f"{Document.objects.count()} documents in {Dossier.objects.count()} dossiers are here now.")
