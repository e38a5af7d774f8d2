"""Step inspect: whether each part can be read, what must not be lost of it, and how each of its pages is read.

Plain text and the text of mails are set as a PDF, the working copy that later steps read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import cast

from django.utils.translation import gettext as _

from ingest.facts import InspectedPart, InspectFacts, ObjectFacts, PageWay, PartFacts
from ingest.reading.limits import Limits
from ingest.reading.mail import MailTooLarge, read_mail
from ingest.reading.pdf_file import inspect_pdf
from ingest.reading.picture_file import inspect_picture
from ingest.reading.text_layout import TooManyPages, decode_text, set_text
from ingest.reasons import Reason
from ingest.steps.contract import Done, ObjectRef, ObjectRole, Outcome, Reject, StepContext
from ingest.steps.limited import FILE_TROUBLE, limited, reason_of


def run(context: StepContext) -> Outcome:
    parts = cast("list[PartFacts]", context.facts["unpack"]["parts"])
    inspected = [_inspect(context, part) for part in parts]
    if problem := inspected[0]["problem"]:
        return Reject(Reason(problem), ", ".join(inspected[0]["notes"]))
    return Done(InspectFacts(parts=inspected))


def _inspect(context: StepContext, part: PartFacts) -> InspectedPart:
    kind = part["kind"]
    if part["problem"] or kind is None:
        return _unread(part, Reason(part["problem"]) if part["problem"] else Reason.UNSUPPORTED_FORMAT)
    source = context.workspace.fetch(ObjectRef.from_facts(dict(part["original"])))
    with tempfile.TemporaryDirectory(dir=context.workspace.scratch) as folder:
        try:
            return _INSPECT[kind](context, part, source, Path(folder))
        except FILE_TROUBLE as trouble:
            return _unread(part, reason_of(trouble), repr(trouble))


def _inspect_pdf(context: StepContext, part: PartFacts, source: Path, folder: Path) -> InspectedPart:
    found = limited(context, inspect_pdf, source, folder, context.limits)
    facts = _facts(part, list(found.plan), problem=found.problem)
    facts["signed"], facts["encrypted"] = found.signed, found.encrypted
    facts["tagged"], facts["form"] = found.tagged, found.form
    facts["pages_seen"], facts["notes"] = found.pages_seen, list(found.notes)
    if found.working is not None and found.problem is None:
        facts["repaired"] = True
        facts["working"] = _keep(context, found.working, "repaired.pdf")
    return facts


def _inspect_picture(context: StepContext, part: PartFacts, source: Path, folder: Path) -> InspectedPart:
    found = limited(context, inspect_picture, source, context.limits)
    return _facts(part, [] if found.problem else ["frame"] * found.pages, problem=found.problem)


def _inspect_text(context: StepContext, part: PartFacts, source: Path, folder: Path) -> InspectedPart:
    return _set(context, part, _set_plain_text, source, folder)


def _inspect_mail(context: StepContext, part: PartFacts, source: Path, folder: Path) -> InspectedPart:
    labels = (_("Von"), _("An"), _("Datum"), _("Betreff"), _("Anlagen"))
    return _set(context, part, _set_mail, source, folder, labels)


_INSPECT: dict[str, Callable[[StepContext, PartFacts, Path, Path], InspectedPart]] = {
    "pdf": _inspect_pdf,
    "image": _inspect_picture,
    "text": _inspect_text,
    "mail": _inspect_mail,
}


# --- set as a PDF -------------------------------------------------------------------------------------


def _set(
    context: StepContext, part: PartFacts, work: Callable[..., int], source: Path, folder: Path, *more: object
) -> InspectedPart:
    target = folder / "set.pdf"
    try:
        pages = limited(context, work, source, target, context.limits, *more)
    except TooManyPages:
        return _unread(part, Reason.TOO_MANY_PAGES)
    except MailTooLarge:
        return _unread(part, Reason.TOO_LARGE_WHEN_UNPACKED)
    facts = _facts(part, ["text"] * pages)
    facts["working"] = _keep(context, target, "set.pdf")
    return facts


def _set_plain_text(source: Path, target: Path, limits: Limits) -> int:
    return set_text(decode_text(source.read_bytes()), target, most_pages=limits.pages)


def _set_mail(source: Path, target: Path, limits: Limits, labels: tuple[str, ...]) -> int:
    mail = read_mail(source, limits)
    attachments = ", ".join(mail.attachment_names)
    date = datetime.fromisoformat(mail.date).strftime("%d.%m.%Y %H:%M") if mail.date else ""
    values = (mail.sender, mail.recipients, date, mail.subject, attachments)
    heading = [f"{label}: {value}" for label, value in zip(labels, values, strict=True) if value]
    return set_text("\n".join([*heading, "", mail.body]), target, most_pages=limits.pages)


# --- facts ----------------------------------------------------------------------------------------------


def _keep(context: StepContext, path: Path, name: str) -> ObjectFacts:
    kept = context.workspace.keep(path, name=name, role=ObjectRole.RENDITION, media_type="application/pdf")
    return cast("ObjectFacts", kept.as_facts())


def _unread(part: PartFacts, problem: Reason, *notes: str) -> InspectedPart:
    return _facts(part, [], problem=problem, notes=notes)


def _facts(
    part: PartFacts, plan: list[PageWay], *, problem: Reason | None = None, notes: tuple[str, ...] = ()
) -> InspectedPart:
    return {
        "part": part["number"],
        "plan": plan,
        "working": None,
        "signed": False,
        "encrypted": False,
        "tagged": False,
        "form": False,
        "repaired": False,
        "pages_seen": {},
        "problem": problem.value if problem else None,
        "notes": list(notes),
    }
