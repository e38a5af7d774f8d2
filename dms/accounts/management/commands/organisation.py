"""`./manage.py organisation`: writes the organisation out, and takes one over after showing what that would change."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dms.accounts.directory_sync import MOST, Compared, directory_compare, directory_disable, directory_follow
from dms.accounts.operators import operator_here
from dms.accounts.takeover.current import organisation_rows
from dms.accounts.takeover.importing import Comparison, ImportRefused, organisation_compare, organisation_import
from dms.accounts.takeover.rows import OrgRow, Problem, RowKind
from dms.accounts.takeover.sheet import read_sheet, write_sheet
from dms.adapters.chosen import directory
from dms.ports import DirectoryUnavailable
from dms.records.tables import UnreadableTable


class Command(BaseCommand):
    help = (
        "export: writes units, groups, positions, accounts, who belongs where and what was granted to standard output. "
        "import: shows what CSV files of this form would change, and does it with --apply, all of it or nothing. What "
        "the files do not name stays as it is. sync: names people who have left the directory or a group there, and "
        "disables accounts and takes people in and out with --apply."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("export")
        sync = verbs.add_parser("sync", help="disable accounts of people who are no longer in the directory (LDAP)")
        sync.add_argument("--apply", action="store_true", help="do it; without this they are only named")
        sync.add_argument(
            "--most", type=int, default=MOST, metavar="PERCENT", help="of all at once (default: %(default)s)"
        )
        take = verbs.add_parser("import")
        take.add_argument("files", type=Path, nargs="+", help="CSV; several are read as one")
        take.add_argument("--apply", action="store_true", help="take it over; without this nothing is changed")
        take.add_argument("--reason", default="", help="stands in the history; the name of the files unless given")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "export":
            sys.stdout.buffer.write(write_sheet(organisation_rows(operator_here())).encode())
        elif options["verb"] == "sync":
            self._sync(options["most"], apply=options["apply"])
        else:
            names = ", ".join(file.name for file in options["files"])
            self._import(options["files"], options["reason"] or names, apply=options["apply"])

    def _sync(self, most: int, *, apply: bool) -> None:
        asked = directory()
        if asked is None:
            raise CommandError("There is no directory: LDAP_URL is not set (docs/login.md).")
        try:
            found = directory_compare(asked)
        except DirectoryUnavailable:
            raise CommandError("The directory does not answer (see the log): nothing was changed.") from None
        self._show_sync(found)
        if not found.gone and not found.belonging:
            return
        if not apply:
            self.stdout.write("Nothing was changed. With --apply accounts are disabled, and people taken in and out.")
            return
        if found.percent > most:
            raise CommandError(
                f"That is more than {most} % of the people or of their memberships: nothing was changed. Look whether "
                f"LDAP_USER_BASE, LDAP_USER_FILTER, LDAP_GROUP_BASE and LDAP_GROUPS are right; if so, say --most "
                f"{found.percent}."
            )
        left = directory_disable(found.gone, now=timezone.now())
        refused = [f"{identity.user.username}: {sentence}" for identity, sentence in left]
        refused += directory_follow(found.belonging)
        for said in refused:
            self.stderr.write(said)
        self.stdout.write(f"{len(found.gone) - len(left)} account(s) are disabled.")
        self.stdout.write(f"{len(found.belonging)} people belong as the directory says.")
        if refused:
            raise CommandError(f"{len(refused)} thing(s) stay as they are.")

    def _show_sync(self, found: Compared) -> None:
        for identity in found.gone:
            self.stdout.write(f"- {identity.user.username}")
        for one in found.belonging:
            for sign, bodies in (("+", one.new), ("-", one.over)):
                for body in bodies:
                    self.stdout.write(f"{sign} {one.user.username} · {body}")
        self.stdout.write(f"{len(found.gone)} of {found.all} people are no longer in the directory.")
        self.stdout.write(f"{len(found.belonging)} belong elsewhere by its groups.")

    def _import(self, files: list[Path], reason: str, *, apply: bool) -> None:
        rows, problems = _read(files)
        found = organisation_compare(operator_here(), rows, reason=reason)
        self._show(found)
        self._refuse([*problems, *found.problems])
        if not apply:
            self.stdout.write("Nothing was changed. With --apply it is taken over." if not found.is_empty else "")
            return
        try:
            organisation_import(operator_here(), rows, reason=reason)
        except ImportRefused as refusal:  # something was changed meanwhile
            self._refuse(refusal.problems)
        self.stdout.write("Taken over.")
        if any(one.sign == "+" and one.row.kind is RowKind.PERSON for one in found.taken):
            self.stdout.write("New accounts have no password: ./manage.py user NAME --reset-password makes one.")

    def _refuse(self, problems: Sequence[Problem]) -> None:
        for one in sorted(problems, key=lambda problem: problem.order):
            self.stderr.write(f"{one.where}, {one.label or 'no name'}: {one.sentence}")
        if problems:
            raise CommandError(f"{len(problems)} problem(s): nothing was changed.")

    def _show(self, found: Comparison) -> None:
        for one in found.taken:
            self.stdout.write(f"{one.sign} {one.row.kind} {one.row.label}")
        begun = sum(one.sign == "+" for one in found.taken)
        self.stdout.write(
            f"{begun} begun (+), {len(found.taken) - begun} changed or ended (-), {found.unchanged} as they are"
        )


def _read(files: list[Path]) -> tuple[list[OrgRow], list[Problem]]:
    rows: list[OrgRow] = []
    problems: list[Problem] = []
    for file in files:
        try:
            more, wrong = read_sheet(file.read_bytes(), file.name)
        except (OSError, UnreadableTable) as error:
            raise CommandError(f"{file}: {error}") from None
        rows += more
        problems += wrong
    return rows, problems
