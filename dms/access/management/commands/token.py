"""`./manage.py token USER`: prints a new API token of the user, and nothing else."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from dms.access.models import User
from dms.access.tokens import token_issue


class Command(BaseCommand):
    help = "Prints a new API token for the user; it cannot be shown again. Use: Authorization: Bearer TOKEN"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = User.objects.get(username=options["username"], is_active=True)
        except User.DoesNotExist:
            raise CommandError(_("Es gibt kein Konto „{name}“.").format(name=options["username"])) from None
        self.stdout.write(token_issue(user))
