"""Saves an open PDF as PDF/A-2b where the validator approves, and mends before what can be mended without loss."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import pdfa

from ingest.reading.form_fixing import fix_form, has_form
from ingest.reading.refusal import Refusal, refusal_of
from ingest.reading.removable import write_in_place
from ingest.reading.standard_fonts import embed_standard_fonts, unembedded_fonts

FLAVOUR = "2b"
MENDABLE = {Refusal.FONT_NOT_EMBEDDED, Refusal.FONT_DAMAGED, Refusal.NOT_ARCHIVABLE}


class NotArchivable(Exception):
    """The file cannot be made a PDF/A-2b without losing something; `detail` as `ingest.reading.refusal` tells it."""

    def __init__(self, cause: Refusal, detail: str = "", rules: tuple[str, ...] = ()) -> None:
        super().__init__(cause, detail, rules)
        self.cause = cause
        self.detail = detail
        self.rules = rules


@dataclass(frozen=True, slots=True)
class Mended:
    """What was changed that a reader might see: `fonts` replaced by others of the same widths, a form made fast."""

    fonts: tuple[str, ...] = ()
    form: bool = False


def save_archivable(pdf: pikepdf.Pdf, target: Path) -> Mended:
    """Writes `target`; `pdf` is altered on the way. Raises NotArchivable; nothing is written then."""
    form = has_form(pdf) and fix_form(pdf)
    if not unembedded_fonts(pdf):  # with some, the validator is bound to refuse
        refused = _save(pdf, target)
        if refused is None:
            return Mended(form=form)
        if refused.cause not in MENDABLE:
            raise refused
    write_in_place(pdf)
    fonts = embed_standard_fonts(pdf)
    refused = _save(pdf, target)
    if refused is not None:
        raise refused
    return Mended(fonts, form)


def _save(pdf: pikepdf.Pdf, target: Path) -> NotArchivable | None:
    try:
        pdfa.save(pdf, target, FLAVOUR)
    except pdfa.PdfaError as error:
        findings = error.report.findings
        cause, detail = refusal_of(findings, unembedded_fonts(pdf))
        return NotArchivable(cause, detail, tuple(sorted({finding.rule for finding in findings})))
    return None
