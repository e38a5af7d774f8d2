"""Step identify_format: what the file is, told by its bytes; what we cannot read is refused here and kept."""

from __future__ import annotations

from pathlib import PurePath

from ingest.facts import FormatFacts
from ingest.reading.formats import UNKNOWN, identify, is_archive, kind_of
from ingest.reasons import Reason
from ingest.steps.contract import Done, Outcome, Reject, StepContext
from ingest.steps.limited import FILE_TROUBLE, limited, reason_of

ENDINGS = {".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png", ".webp"}
"""A file that is named like one of ours but does not begin like one is broken, and not of a strange format."""


def run(context: StepContext) -> Outcome:
    path = context.workspace.fetch(context.item.original)
    try:
        media_type = limited(context, identify, path, context.item.filename)
    except FILE_TROUBLE as trouble:
        return Reject(reason_of(trouble), repr(trouble))
    if media_type is None:
        return Reject(Reason.EMPTY_FILE)
    if problem := format_problem(media_type, context.item.filename):
        return Reject(problem, media_type)
    return Done(FormatFacts(media_type=media_type))


def format_problem(media_type: str, filename: str) -> Reason | None:
    if kind_of(media_type) is not None:
        return None
    if is_archive(media_type):
        return Reason.ARCHIVE_FILE
    broken = media_type == UNKNOWN and PurePath(filename).suffix.lower() in ENDINGS
    return Reason.DAMAGED_FILE if broken else Reason.UNSUPPORTED_FORMAT
