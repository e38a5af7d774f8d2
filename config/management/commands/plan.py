"""`./manage.py plan`: writes the file plan out, and takes one over after showing what that would change."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dms.accounts.operators import operator_here
from dms.audit.lifecycle import NotPossible
from dms.records.plan.csv_form import UnreadablePlan
from dms.records.plan.forms import PlanForm, read_plan, write_plan
from dms.records.plan.importing import ChangedEntry, Comparison, plan_compare, plan_import
from dms.records.plan.models import FilePlan
from dms.records.plan.rows import RowProblem


class Command(BaseCommand):
    help = (
        "export: writes the file plan to standard output. import: shows what a CSV or xdomea file would change, and "
        "does it with --apply. Entries that the file does not name stay as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        export = verbs.add_parser("export")
        export.add_argument("--form", choices=[str(form) for form in PlanForm], default=str(PlanForm.CSV))
        take = verbs.add_parser("import")
        take.add_argument("file", type=Path, help="CSV, or an xdomea message 0301 or 0511")
        take.add_argument("--apply", action="store_true", help="take it over; without this nothing is changed")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = FilePlan.objects.order_by("pk").first()
        if plan is None:
            raise CommandError("There is no file plan yet. First: ./manage.py setup")
        if options["verb"] == "export":
            sys.stdout.buffer.write(write_plan(plan, PlanForm(options["form"]), at=timezone.now()))
        else:
            self._import(plan, options["file"], apply=options["apply"])

    def _import(self, plan: FilePlan, file: Path, *, apply: bool) -> None:
        try:
            rows, problems = read_plan(file.read_bytes())
        except (OSError, UnreadablePlan) as error:
            raise CommandError(str(error)) from None
        found = plan_compare(operator_here(), plan, rows)
        self._show(found)
        if problems := [*problems, *found.problems]:
            for problem in sorted(problems, key=lambda one: one.where):
                self.stderr.write(_told(problem))
            raise CommandError(f"{len(problems)} problem(s): nothing was changed.")
        if not apply:
            self.stdout.write("Nothing was changed. With --apply it is taken over." if not found.is_empty else "")
            return
        try:
            plan_import(operator_here(), plan, rows, base=found.base)
        except NotPossible as error:
            raise CommandError(str(error)) from None
        self.stdout.write("Taken over.")

    def _show(self, found: Comparison) -> None:
        for row in found.added:
            self.stdout.write(f"+ {row.number} {row.title}")
        for one in found.changed:
            self.stdout.write(f"{'x' if one.retires else '~'} {one.row.number} {one.row.title}: {_fields(one)}")
        self.stdout.write(
            f"{len(found.added)} added, {len(found.changed)} changed, {found.unchanged} as they are, "
            f"{len(found.absent)} not named in the file and left as they are"
        )


def _fields(one: ChangedEntry) -> str:
    return ", ".join(difference.field for difference in one.differences)


def _told(problem: RowProblem) -> str:
    return f"line {problem.where}, {problem.number or 'no number'}: {problem.sentence}"
