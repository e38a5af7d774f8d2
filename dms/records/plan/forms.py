"""The forms in which the plan goes out and comes in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

from dms.access.actors import Actor
from dms.records.plan.csv_form import read_csv, write_csv
from dms.records.plan.importing import plan_state
from dms.records.plan.models import FilePlan
from dms.records.plan.rows import PlanRow, RowProblem, rows_of
from dms.records.plan.xdomea import Letterhead, PlanDocument, Version, read_xdomea, write_xdomea

LARGEST = 5 * 1024 * 1024
"""Bytes; a plan of 5,000 entries has less than one million."""


class PlanForm(StrEnum):
    CSV = "csv"
    XDOMEA_3 = "xdomea-3.1.0"
    XDOMEA_4 = "xdomea-4.0.0"

    @property
    def media_type(self) -> str:
        return "text/csv; charset=utf-8" if self is PlanForm.CSV else "application/xml"

    @property
    def ending(self) -> str:
        return ".csv" if self is PlanForm.CSV else ".xml"


_VERSIONS = {PlanForm.XDOMEA_3: Version.V3_1_0, PlanForm.XDOMEA_4: Version.V4_0_0}


def read_plan(content: bytes) -> tuple[list[PlanRow], list[RowProblem]]:
    """By what the file is, whatever its name says. Raises UnreadablePlan."""
    begins = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return read_xdomea(content) if begins == b"<" else read_csv(content)


def write_plan(plan: FilePlan, form: PlanForm, *, at: datetime, actor: Actor | None = None) -> bytes:
    """With an actor: the entries that it may see, and what stands below a hidden one comes up to the next one seen."""
    entries = list(plan.entries.visible_to(actor) if actor else plan.entries.all())
    rows = rows_of(entries)
    if form is PlanForm.CSV:
        return write_csv(rows).encode()
    document = PlanDocument(
        plan.pk, plan.name, plan.version, plan.valid_from, rows, {entry.number: entry.pk for entry in entries}
    )
    return write_xdomea(document, _letterhead(plan, at), _VERSIONS[form])


def _letterhead(plan: FilePlan, at: datetime) -> Letterhead:
    """Ids that follow from the state of the plan: the same export is the same message."""
    state = f"{plan.chain}:{plan_state(plan)}"
    message, process = (uuid5(NAMESPACE_URL, f"{kind}:{state}") for kind in ("message", "process"))
    return Letterhead(plan.name, "Archiv", message, process, at)
