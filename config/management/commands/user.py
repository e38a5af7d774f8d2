"""`./manage.py user NAME --role clerk`: a new account with a role in the central inbox; prints its password once."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.town import user_setup
from dms.access.models import User
from dms.access.permissions import Role
from ingest.scopes import inbox_scope


class Command(BaseCommand):
    help = (
        "Makes an account, or gives an account that is there one more role. Being superuser gives no rights to records."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", action="append", choices=[str(role) for role in Role], required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        new = not User.objects.filter(username=options["username"]).exists()
        password = secrets.token_urlsafe(12)
        user_setup(options["username"], password, scope=inbox_scope(), roles=[Role(role) for role in options["role"]])
        if new:
            self.stdout.write(password)
