"""`./manage.py classifier train`: learns anew from the made-up letters and from what people corrected."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from dms.access.actors import system_setup
from dms.adapters.chosen import SystemClock, object_store
from ingest.classification.keeping import model_train


class Command(BaseCommand):
    help = "train: makes a new model from the built-in examples and all corrections; workers use it at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["train"])

    def handle(self, *args: Any, **options: Any) -> None:
        model = model_train(system_setup(), store=object_store(), clock=SystemClock())
        self.stdout.write(
            f"Model {model.version} is trained on {model.examples} examples, {model.corrections} of them corrections."
        )
