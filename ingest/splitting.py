"""Splits a document: pages of it become documents of their own, such as the letters that were scanned in one go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dms.access.actors import Actor
from dms.ports import Clock
from dms.records.documents.facts import InvalidFact, one_line
from dms.records.documents.versions import LONGEST_COMMENT
from dms.records.models import Document, DocumentVersion
from ingest.assembling import Taken, assembled
from ingest.deriving import Made, documents_take_in, fit_version, taken_before
from ingest.intake import Receipt
from ingest.models import Source
from ingest.page_tools import TURNS
from ingest.reading.page_assembly import PickedPage
from ingest.work.storable import storable

MOST_PARTS = 100
Part = Sequence[PickedPage]


def document_split(
    actor: Actor,
    document: Document,
    parts: Sequence[Part],
    *,
    comment: str = "",
    once: str | None = None,
    expected: str | None = None,
    clock: Clock,
) -> list[Receipt]:
    """A new document for each part, in this order, where the document lies, which itself stays as it is. A page that no
    part names is in none. Repeats safely with `once`.

    Raises NotAllowed, ChangedMeanwhile, DossierClosed, CaseClosed, CheckedOut, VersionPending, PagesFixed,
    SignatureInTheWay, AssemblyBusy, InvalidFact, KeyUsedForOtherBytes and StoreUnavailable.
    """
    if before := taken_before(actor, once, [document]):
        return before
    version, why = fit_version(actor, document, clock.now(), expected), one_line("comment", comment, LONGEST_COMMENT)
    _refuse_senseless(parts, version)
    with assembled([[Taken(version, part)] for part in parts]) as paths:
        stem = PurePath(version.name).stem[:200]
        made = [
            Made(path, f"{stem} ({number}).pdf", told_pages(part))
            for number, (path, part) in enumerate(zip(paths, parts, strict=True), start=1)
        ]
        return documents_take_in(
            actor, [document], made, Source.SPLIT, reason=storable(why or _told(parts)), once=once, expected=expected,
            now=clock.now(),
        )  # fmt: skip


def told_pages(part: Part) -> str:
    """Pages that follow each other as a range: „Seiten 1–3, 7“."""
    runs: list[list[int]] = []
    for number in (page.number for page in part):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    named = ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs[:40])
    more = " …" if len(runs) > 40 else ""
    return ngettext("Seite {pages}", "Seiten {pages}", len(part)).format(pages=named + more)


def _refuse_senseless(parts: Sequence[Part], version: DocumentVersion) -> None:
    """Raises InvalidFact."""
    numbers = [page.number for part in parts for page in part]
    if not parts or not all(parts):
        raise InvalidFact("parts", _("Jedes neue Dokument braucht mindestens eine Seite."))
    if len(parts) > MOST_PARTS:
        raise InvalidFact("parts", _("Auf einmal entstehen höchstens {most} Dokumente.").format(most=MOST_PARTS))
    if len(set(numbers)) != len(numbers) or not set(numbers) <= set(range(1, version.page_count + 1)):
        raise InvalidFact("parts", _("Jede Seite des Dokuments darf höchstens einmal vorkommen."))
    if any(page.turn not in TURNS for part in parts for page in part):
        raise InvalidFact("parts", _("Gedreht wird um 90, 180 oder 270 Grad."))
    if len(parts) == 1 and len(numbers) == version.page_count:
        raise InvalidFact("parts", _("Bitte mindestens eine Stelle angeben, an der ein neues Dokument beginnt."))


def _told(parts: Sequence[Part]) -> str:
    """In how many, and which pages; the middle of a long list is left out."""
    count = ngettext("in {n} Dokument", "in {n} Dokumente", len(parts)).format(n=len(parts))
    named = "; ".join(told_pages(part) for part in parts[:20]) + (" …" if len(parts) > 20 else "")
    return f"{count}: {named}"[:LONGEST_COMMENT]
