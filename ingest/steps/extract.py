"""Step extract: what a letter says of itself: its subject, who sent it and when it was written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from email.utils import parseaddr
from itertools import islice
from pathlib import PurePath
from typing import Any, cast
from zoneinfo import ZoneInfo

from dms.pages import PageText
from ingest.facts import ExtractedPart, ExtractFacts, MailFacts, PartFacts, ReadTextFacts, UnpackFacts
from ingest.reading.letter_date import EARLIEST, find_letter_date
from ingest.reading.letter_parts import LONGEST_TITLE, find_sender, find_title
from ingest.steps.contract import Done, Facts, Outcome, StepContext
from ingest.steps.reading_file import read_pages

PAGES_READ = 5
"""Who signed and dated a longer document stands on its first pages or in its head."""
TOWN_TIME = ZoneInfo("Europe/Berlin")


def run(context: StepContext) -> Outcome:
    """Never refuses: what cannot be found stays empty, and the file's name serves as the title."""
    unpacked = cast("UnpackFacts", context.facts["unpack"])
    found = [_extract(context, part, unpacked.get("mail")) for part in unpacked["parts"]]
    return Done(cast("Facts", ExtractFacts(parts=found)))


def _extract(context: StepContext, part: PartFacts, mail: MailFacts | None) -> ExtractedPart:
    latest = context.item.received_at.astimezone(TOWN_TIME).date()
    pages = first_pages(context, part["number"])
    name = PurePath(part["name"]).stem or part["name"]
    if mail and part["kind"] == "mail" and part["parent"] is None:
        return _of_mail(part, mail, latest, name)
    written = find_letter_date(pages, latest=latest)
    title = find_title(*pages)
    return ExtractedPart(
        part=part["number"],
        title=_one_line(title) or name,
        sender=_one_line(find_sender(pages)) or (_mail_sender(mail) if mail else ""),
        letter_date=written.isoformat() if written else None,
    )


def _of_mail(part: PartFacts, mail: MailFacts, latest: date, name: str) -> ExtractedPart:
    """A mail says it all in its head."""
    sent = _day(mail["date"])
    plausible = sent is not None and EARLIEST <= sent <= latest
    return ExtractedPart(
        part=part["number"],
        title=_one_line(mail["subject"]) or name,
        sender=_mail_sender(mail),
        letter_date=sent.isoformat() if sent and plausible else None,
    )


def first_pages(context: StepContext, part: int) -> list[PageText]:
    """What was read of the part's first pages; none when it was not read."""
    facts: Mapping[str, Any] = context.facts["read_text"]
    pages = read_pages(cast("ReadTextFacts", facts), part, context.workspace)
    return [page.text for page in islice(pages, PAGES_READ)]


def _mail_sender(mail: MailFacts) -> str:
    name, address = parseaddr(mail["sender"])
    return _one_line(name or address or mail["sender"])


def _day(iso: str | None) -> date | None:
    try:
        sent = datetime.fromisoformat(iso or "")
    except ValueError:
        return None
    return (sent.astimezone(TOWN_TIME) if sent.tzinfo else sent).date()


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_TITLE]
