"""The events of a document as sentences: who did what, when, and what it changed; who decided about the kind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from dms.access.actors import actor_in_words
from dms.access.levels import Level
from dms.audit.events import RULES, Event
from dms.audit.models import EventRow
from dms.records.documents.history import Decision, FieldChange, changes_of, events_about, kind_decision, reason_of
from dms.records.documents.kinds import NONE_FITS, UNSURE
from dms.records.fields.telling import field_changes
from dms.records.models import Document, KindSource
from dms.records.relations.models import relation_label
from frontend.fact_fields import as_typed, fact_label, is_fact
from frontend.steps import WORDS

MOST = 200


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class KindDecided:
    """Who made the kind what it is, and when; `instead_of` is the kind that stood there before, for people."""

    how: Decision
    who: str
    at: datetime
    instead_of: str


def kind_decided(document: Document, kinds: Mapping[str, str]) -> KindDecided | None:
    """None where no person has decided. `kinds` are labels by value."""
    found = kind_decision(document)
    if found is None:
        return None
    before = kinds.get(found.before, found.before) if found.before else ""
    return KindDecided(found.decision, actor_in_words(found.event.actor), found.event.at, before)


def history_of(document: Document, kinds: Mapping[str, str]) -> list[Entry]:
    """The newest first; the caller checks that the actor may see the history. `kinds` are labels by value."""
    rows = events_about(document).order_by("-id")[:MOST]
    return [Entry(row.at, actor_in_words(row.actor), _what(row, document, kinds)) for row in rows]


def _what(row: EventRow, document: Document, kinds: Mapping[str, str]) -> str:
    text = str(RULES[Event(row.name)].text) if row.name in set(Event) else row.name
    details = list(_details(row, document, kinds))
    return f"{text}: {', '.join(details)}" if details else text


def _details(row: EventRow, document: Document, kinds: Mapping[str, str]) -> Iterator[str]:
    if row.name in {Event.ITEM_ADVANCED, Event.ITEM_DONE}:
        yield from _steps(row)
    changes = {change.field: change for change in changes_of(row, document)}
    yield from (_fact_change(change) for name, change in changes.items() if is_fact(name))
    if "kind_id" in changes or "kind_source" in changes:
        yield _kind_change(changes, kinds)
    if "level" in changes:
        yield _level_change(changes["level"])
    if row.name in {Event.DOCUMENT_RELATED, Event.DOCUMENT_UNRELATED}:
        facts = json.loads(row.body)["facts"]
        yield relation_label(facts["kind"], outward=facts["outward"])
    yield from _field_changes(row, changes)
    if reason := reason_of(row):
        yield reason


def _level_change(change: FieldChange) -> str:
    was, now = (Level(value or Level.OPEN).label for value in (change.before, change.after))
    return _("von „{was}“ zu „{now}“").format(was=was, now=now)


def _steps(row: EventRow) -> Iterator[str]:
    """Those that the event tells of; before steps were told together it was one, by the facts or by the row."""
    body = json.loads(row.body)
    done = body["facts"].get("steps") or [touched["before"].get("step") for touched in body["rows"]]
    yield from (str(WORDS.get(step, step)) for step in done if step)


def _fact_change(change: FieldChange) -> str:
    now, before = (_quoted(change.field, value) for value in (change.after, change.before))
    return _("{field} {now} statt {before}").format(field=fact_label(change.field), now=now, before=before)


def _quoted(field: str, value: str | None) -> str:
    """Dates stand in events as ISO 8601."""
    if not value:
        return _("(leer)")
    return as_typed(date.fromisoformat(value)) if field == "letter_date" else f"„{value}“"


def _field_changes(row: EventRow, changes: Mapping[str, FieldChange]) -> Iterator[str]:
    """In the fields of its kind."""
    before = {name: change.before for name, change in changes.items()}
    after = {name: change.after for name, change in changes.items()}
    for one in field_changes(json.loads(row.body)["facts"], before, after):
        now, was = (f"„{text}“" if text else _("(leer)") for text in (one.after, one.before))
        yield _("{field} {now} statt {before}").format(field=one.label, now=now, before=was)


def _kind_change(changes: Mapping[str, FieldChange], kinds: Mapping[str, str]) -> str:
    kind, source = changes.get("kind_id"), changes.get("kind_source")
    sources = (source.before, source.after) if source else (KindSource.PERSON, KindSource.PERSON)
    if kind is None and KindSource.MODEL in sources:
        was, now = (str(KindSource(one).label) for one in sources)
    else:
        slugs = (kind.before, kind.after) if kind else (None, None)
        was, now = (_kind_text(slug, said, kinds) for slug, said in zip(slugs, sources, strict=True))
    return _("von „{was}“ zu „{now}“").format(was=was, now=now)


def _kind_text(slug: Any, source: str, kinds: Mapping[str, str]) -> str:
    value = slug or (NONE_FITS if source == KindSource.PERSON else UNSURE)
    return kinds.get(value, value)
