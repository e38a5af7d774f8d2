"""One letter to the made-up town: what it says, as the text that was handed in and as the page that was read of it."""

from __future__ import annotations

import hashlib
import io
import textwrap
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from config.seeding.wording import TOPICS
from dms.adapters.chosen import object_store
from dms.pages import Box, PageText, Word
from dms.ports import ObjectExists, ScanVerdict
from dms.records.documents.registering import NewDocument, NewObject, NewPage
from dms.records.models import ObjectRole, TextState
from ingest.classification.kinds import Kind
from ingest.samples.letters import Letter, LetterWriter
from ingest.work.workspace import item_prefix

LINE = 88
LINES = 48
MEDIA_TYPE = "text/plain"
_LEFT, _TOP, _SIGN, _STEP, _HEIGHT = 0.1, 0.07, 0.0089, 0.018, 0.014
"""Of the page: margins, the width of a sign, from line to line, the height of a word."""
_SURE = 0.9
"""The share of mail whose kind is recognised."""

_TOPICS = tuple(sorted({topic for topics in TOPICS.values() for topic in topics}))


@dataclass(frozen=True, slots=True)
class Mail:
    item_id: UUID
    received: datetime
    letter: Letter
    content: bytes
    pages: tuple[PageText, ...]
    key: str
    sha256: str
    kind_is_sure: bool
    confidence: float

    @property
    def filename(self) -> str:
        words = "".join(sign if sign.isalnum() else " " for sign in self.letter.subject).split()[:4]
        return f"{self.letter.day:%Y-%m-%d} {' '.join(words) or 'Schreiben'}.txt"


def write_mail(random: Random, entry: str, reference: str, received: datetime) -> Mail:
    """About something that people write to those who keep this entry; some name the number of the file."""
    writer = LetterWriter(random)
    day = received.date() - timedelta(days=random.randint(1, 6))
    letter = writer.write(random.choice(list(Kind)), topic=random.choice(TOPICS.get(entry[:1], _TOPICS)), day=day)
    if random.random() < 0.2:
        letter.paragraphs += writer.extra_paragraphs(letter)
    if reference and random.random() < 0.6:
        letter.date_line += f"\nIhr Zeichen: {reference}"
    item_id = UUID(int=random.getrandbits(128), version=4)
    content = letter.text.encode()
    return Mail(
        item_id, received, letter, content, tuple(_pages(letter.text)),
        f"{item_prefix(item_id, received)}original-{random.getrandbits(32):08x}.txt",
        hashlib.sha256(content).hexdigest(), random.random() < _SURE, round(random.uniform(0.55, 0.99), 3),
    )  # fmt: skip


def store_original(mail: Mail) -> None:
    """Repeats safely: the same letter was stored by a run that was interrupted."""
    with suppress(ObjectExists):
        object_store().put(mail.key, io.BytesIO(mail.content), sha256=mail.sha256)


def new_document(mail: Mail, scope_id: int) -> NewDocument:
    """As the last step would register it."""
    kind, because = str(mail.letter.kind), [{"word": mail.letter.topic, "weight": 0.3}]
    original = NewObject(ObjectRole.ORIGINAL, mail.key, mail.sha256, len(mail.content), MEDIA_TYPE)
    return NewDocument(
        scope_id=scope_id, item_id=mail.item_id, part=0, parent=None, title=mail.letter.subject or mail.filename,
        sender=mail.letter.sender.name, letter_date=mail.letter.day, received_at=mail.received, filename=mail.filename,
        kind=kind if mail.kind_is_sure else None, kind_confidence=mail.confidence, kind_guess=kind,
        kind_because=because if mail.kind_is_sure else [], text_state=TextState.READ, problem="", version=_VERSION,
        objects=[original], pages=[_page(number, text) for number, text in enumerate(mail.pages, start=1)],
    )  # fmt: skip


_VERSION: dict[str, Any] = {
    "media_type": MEDIA_TYPE, "malware": str(ScanVerdict.NOT_SCANNED), "no_rendition": "born_digital",
}  # fmt: skip


def _page(number: int, text: PageText) -> NewPage:
    """Without a picture: the text itself is shown."""
    return NewPage(number, text, None, {"source": "text_layer", "width": 1240, "height": 1754, "dpi": 150})


def _pages(text: str) -> Iterator[PageText]:
    lines = [line for paragraph in text.splitlines() for line in textwrap.wrap(paragraph, LINE)]
    for first in range(0, len(lines), LINES):
        yield PageText(tuple(_line(at, line) for at, line in enumerate(lines[first : first + LINES])))


def _line(number: int, line: str) -> tuple[Word, ...]:
    words, at, top = [], 0, _TOP + number * _STEP
    for word in line.split():
        left = _LEFT + at * _SIGN
        words.append(Word(word, Box(left, top, left + len(word) * _SIGN, top + _HEIGHT)))
        at += len(word) + 1
    return tuple(words)
