"""`./manage.py token USER`: prints a new API token of the user, and nothing else."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dms.access.models import TokenReach, User
from dms.accounts.operators import operator_here
from dms.accounts.tokens import LONGEST_NAME, NameTaken, token_issue, usual_name

DAYS, MOST_DAYS = 365, 36_500


class Command(BaseCommand):
    help = "Prints a new API token for the user; it cannot be shown again. Use: Authorization: Bearer TOKEN"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--name",
            default="",
            help="where it is used, as its owner will read it on the page Konto (default: command line and the day)",
        )
        parser.add_argument(
            "--days", type=int, default=DAYS, help=f"how long it can be used (default {DAYS}); 0: without end"
        )

        parser.add_argument(
            "--reach",
            choices=TokenReach.values,
            default=str(TokenReach.EVERYTHING),
            help="read: no changes; intake: hand mail in and follow it, nothing else (default: everything)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = User.objects.get(username=options["username"], is_active=True)
        except User.DoesNotExist:
            raise CommandError(f"There is no account “{options['username']}” that may log in.") from None
        now, days, name = timezone.now(), options["days"], options["name"].strip()
        if not 0 <= days <= MOST_DAYS:
            raise CommandError(f"--days goes from 0 to {MOST_DAYS}.")
        if len(name) > LONGEST_NAME:
            raise CommandError(f"--name has at most {LONGEST_NAME} characters.")
        expires_at = now + timedelta(days=days) if days else None
        try:
            token = token_issue(
                operator_here(), user, name=name or usual_name(now), now=now, expires_at=expires_at,
                numbered=not name, reach=TokenReach(options["reach"]),
            )  # fmt: skip
        except NameTaken:
            raise CommandError(f"{user.username} has a token named “{name}” already. Choose another name.") from None
        self.stdout.write(token)
