"""`./manage.py setup`: an example town with its first user and a trained classifier. Repeats safely and fast."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.settings import env
from config.town import files_scopes, town_setup, user_setup
from dms.access.actors import system_setup
from dms.access.models import Scope, User
from dms.access.permissions import Role
from dms.accounts.accounts import password_is_chosen
from dms.adapters.chosen import SystemClock, object_store
from dms.records.models import ClassifierModel

FIRST_USER = "admin"


class Command(BaseCommand):
    help = "Creates the example town. The first user's password is made once and kept in STATE/admin-password."

    def handle(self, *args: Any, **options: Any) -> None:
        first_user_setup(town_setup(), settings.STATE / "admin-password")
        if not ClassifierModel.objects.exists():
            self.stdout.write("Training the classifier …")
            self.stdout.flush()
            from ingest.classification.keeping import model_train  # scikit-learn takes a second, at every start

            model_train(system_setup(), store=object_store(), clock=SystemClock())


def first_user_setup(scope: Scope, file: Path) -> None:
    """The file goes as soon as the password in it opens nothing any more, and is never made for an account that is."""
    first = User.objects.filter(username=FIRST_USER).first()
    if first is not None and password_is_chosen(first):
        file.unlink(missing_ok=True)
    password = "" if first else _password(file)
    user_setup(FIRST_USER, password, scope=scope, roles=list(Role), also=files_scopes())


def _password(file: Path) -> str:
    """Read from the environment or the file; made at random when there is neither."""
    if given := env("REGISTRATUR_PASSWORD", ""):
        return given
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(12) + "\n")
    return file.read_text(encoding="ascii").strip()
