"""Step unpack: an e-mail becomes its text and its attachments (and theirs); anything else is one part."""

from __future__ import annotations

import re
import tempfile
from collections import deque
from pathlib import Path
from typing import cast

from ingest.facts import MailFacts, ObjectFacts, PartFacts, UnpackFacts
from ingest.reading.formats import UNKNOWN, identify, kind_of
from ingest.reading.mail import Attachment, Mail, MailTooLarge, open_mail
from ingest.reasons import Reason
from ingest.steps.contract import Done, ObjectRef, ObjectRole, Outcome, Reject, StepContext
from ingest.steps.identify_format import format_problem
from ingest.steps.limited import FILE_TROUBLE, limited, reason_of

DEEPEST_MAIL = 5
"""A mail in a mail in a mail … is opened so far down; what lies deeper is kept unopened."""


class _TooLarge(Exception):
    """All attachments together are more or larger than allowed."""


class _Parts:
    """The parts as they are found, with what they may still take."""

    def __init__(self, context: StepContext) -> None:
        self.context = context
        self.found: list[PartFacts] = []
        self.size = 0

    def add(self, part: PartFacts) -> None:
        self.size += part["original"]["size"] if part["number"] else 0
        limits = self.context.limits
        if len(self.found) > limits.parts or self.size > limits.unpacked_mb * 1024 * 1024:
            raise _TooLarge
        self.found.append(part)


def run(context: StepContext) -> Outcome:
    media_type = str(context.facts["identify_format"]["media_type"])
    parts = _Parts(context)
    parts.add(_part(0, context.item.filename, media_type, context.item.original, parent=None))
    if kind_of(media_type) != "mail":
        return Done(UnpackFacts(parts=parts.found))
    if context.item.is_version:
        return Reject(Reason.MAIL_AS_VERSION)
    try:
        mail = _open_all(parts)
    except (MailTooLarge, _TooLarge):
        return Reject(Reason.TOO_LARGE_WHEN_UNPACKED)
    except FILE_TROUBLE as trouble:
        return Reject(reason_of(trouble), repr(trouble))
    return Reject(Reason.ENCRYPTED_MAIL) if mail.encrypted else Done(UnpackFacts(parts=parts.found, mail=_facts(mail)))


def _open_all(parts: _Parts) -> Mail:
    """Opens part 0 and every mail within it; gives the outermost. Raises what opening part 0 raises, and _TooLarge."""
    outermost = _open_one(parts, 0)
    waiting = deque((number, 1) for number in _mails_in(parts, 0))
    while waiting:
        number, depth = waiting.popleft()
        problem = _open_inner(parts, number, depth)
        if problem is not None:
            parts.found[number]["problem"] = problem.value
        waiting.extend((inner, depth + 1) for inner in _mails_in(parts, number))
    return outermost


def _open_inner(parts: _Parts, number: int, depth: int) -> Reason | None:
    """What is wrong with it, if anything: the other parts go on."""
    if depth > DEEPEST_MAIL:
        return Reason.TOO_LARGE_WHEN_UNPACKED
    try:
        mail = _open_one(parts, number)
    except FILE_TROUBLE as trouble:
        return reason_of(trouble)
    return Reason.ENCRYPTED_MAIL if mail.encrypted else None


def _mails_in(parts: _Parts, number: int) -> list[int]:
    return [part["number"] for part in parts.found if part["parent"] == number and part["kind"] == "mail"]


def _open_one(parts: _Parts, number: int) -> Mail:
    """Its attachments become parts."""
    context = parts.context
    source = context.workspace.fetch(ObjectRef.from_facts(dict(parts.found[number]["original"])))
    with tempfile.TemporaryDirectory(dir=context.workspace.scratch) as folder:
        mail = limited(context, open_mail, source, Path(folder), context.limits)
        for attachment in mail.attachments:
            parts.add(_kept(context, attachment, len(parts.found), parent=number))
    return mail


def _kept(context: StepContext, attachment: Attachment, number: int, *, parent: int) -> PartFacts:
    problem: Reason | None = None
    media_type = UNKNOWN
    try:
        media_type = limited(context, identify, attachment.path, attachment.name) or UNKNOWN
        problem = format_problem(media_type, attachment.name)
    except FILE_TROUBLE as trouble:
        problem = reason_of(trouble)
    if attachment.path.stat().st_size == 0:
        problem = Reason.EMPTY_FILE
    ref = context.workspace.keep(
        attachment.path, name=_key_name(attachment.name, number), role=ObjectRole.ORIGINAL, media_type=media_type
    )
    return _part(number, attachment.name, media_type, ref, parent=parent, problem=problem)


def _part(
    number: int, name: str, media_type: str, ref: ObjectRef, *, parent: int | None, problem: Reason | None = None
) -> PartFacts:
    return {
        "number": number,
        "name": name,
        "media_type": media_type,
        "kind": kind_of(media_type),
        "original": cast("ObjectFacts", ref.as_facts()),
        "parent": parent,
        "problem": problem.value if problem else None,
    }


def _key_name(name: str, number: int) -> str:
    """Keys hold no names of people: only the number and the ending."""
    ending = Path(name).suffix.lower()
    return f"attachment-{number:03}{ending if re.fullmatch(r'[.][a-z0-9]{1,8}', ending) else ''}"


def _facts(mail: Mail) -> MailFacts:
    return {"subject": mail.subject, "sender": mail.sender, "recipients": mail.recipients, "date": mail.date}
