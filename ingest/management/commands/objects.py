"""`./manage.py objects prepare`: gets the object store ready for use."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dms.adapters.chosen import object_store
from dms.ports import ObjectMissing, ObjectStoreError
from dms.records.models import StoredObject


class Command(BaseCommand):
    help = "prepare: makes the folder or bucket if it is missing, and proves that it keeps what the product relies on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["prepare"])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._prepare()
        except ObjectStoreError as error:
            raise CommandError(f"The object store is not ready: {error}") from error

    def _prepare(self) -> None:
        store = object_store()
        store.prepare()
        self.stdout.write(f"The object store is ready: {store.plan().write_to.url}")
        newest = StoredObject.objects.order_by("-version__document__received_at").first()
        if newest is None:
            return
        try:
            store.size(newest.key)
        except ObjectMissing:
            self.stderr.write(
                "Warning: the document that came in last is not in this store. Does OBJECT_STORE_URL name the right "
                "one? To move: ./manage.py objects move"
            )
