"""`./manage.py sample_mail FOLDER`: writes the example town's mail into a folder, ready to be taken in."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from ingest.samples.mailbag import write_sample_mail


class Command(BaseCommand):
    help = "Writes at least 24 sample letters (60 pages): scans, born-digital PDFs, pictures, an e-mail, a text."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        options["folder"].mkdir(parents=True, exist_ok=True)
        letters = write_sample_mail(options["folder"], seed=options["seed"])
        self.stdout.write(f"{len(letters)} files")
