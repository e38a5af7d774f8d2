"""What happened to a dossier and to all in it, as sentences: who did what, when, why, and what stood there before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dms.access.actors import Actor, actor_in_words
from dms.access.levels import Level
from dms.access.permissions import Role
from dms.access.rule import clearance_of
from dms.audit.events import RULES, Event
from dms.audit.fold import State, fold
from dms.audit.models import EventRow, target_name
from dms.records.dossiers.models import Dossier, FileState, Medium
from dms.records.fields.telling import field_changes, kind_label
from dms.records.protection.sensitivity import SensitiveClass
from dms.records.relations.models import relation_label

_LEVELS = {Event.LEVEL_RAISED, Event.LEVEL_LOWERED}
_FILING = {
    Event.DOCUMENT_FILED, Event.DOCUMENT_MOVED, Event.DOCUMENT_LEFT, Event.DOCUMENT_TAKEN_BACK, Event.DOCUMENT_COPIED,
    Event.DOCUMENT_CAME_AS_COPY, Event.DOCUMENT_UNMADE, Event.DOCUMENT_SPLIT, Event.DOCUMENT_MERGED,
    Event.DOCUMENT_MADE, Event.DOCUMENT_GAVE, Event.DOCUMENT_NOT_MADE,
}  # fmt: skip
_RELATING = {Event.FILE_RELATED, Event.FILE_UNRELATED, Event.DOCUMENT_RELATED, Event.DOCUMENT_UNRELATED}
_MOVING = {Event.CASE_LEFT, Event.CASE_CAME}
_ON_PAPER = {
    Event.VOLUME_OPENED, Event.VOLUME_DESCRIBED, Event.VOLUME_FILLED, Event.VOLUME_CLOSED, Event.VOLUME_REOPENED,
    Event.PAPER_LENT, Event.PAPER_RETURNED,
}  # fmt: skip
_TAKING_PART = {Event.PARTY_TAKES_PART, Event.PARTY_LEFT}
_ABOUT_SOMEBODY = {*_TAKING_PART, Event.SCOPE_ENTERED}
FIELDS: dict[str, Promise] = {
    "reference_number": gettext_lazy("Aktenzeichen"),
    "title": gettext_lazy("Betreff"),
    "description": gettext_lazy("Beschreibung"),
    "sender": gettext_lazy("Absender"),
    "letter_date": gettext_lazy("Briefdatum"),
    "medium": gettext_lazy("Medium"),
    "location": gettext_lazy("Standort"),
    "level": gettext_lazy("Vertraulichkeit"),
    "sensitive": gettext_lazy("Besonderer Schutz"),
    "asks_purpose": gettext_lazy("Zweck vor dem Lesen"),
    "state": gettext_lazy("Stand"),
}
"""The audited fields of dossiers, cases and documents that people know, in the order in which they read them."""
_CHOICES: dict[str, type[TextChoices]] = {"medium": Medium, "state": FileState, "sensitive": SensitiveClass}


@dataclass(frozen=True, slots=True)
class FieldTold:
    """A field that changed, with its values as people read them."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """One event. `about` is what it is about, where that is not the dossier as a whole."""

    number: int
    at: datetime
    actor: str
    who: str
    name: str
    what: str
    about: str
    reason: str
    changes: list[FieldTold] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        statto = _("{field} {now} statt {before}")
        changed = [statto.format(field=one.label, now=one.after, before=one.before) for one in self.changes]
        details = [part for part in (self.about, *changed, self.reason) if part]
        return f"{self.what}: {', '.join(details)}" if details else self.what


def dossier_history(dossier: Dossier, reader: Actor) -> list[Told]:
    """All that happened to it, the first event first, in the language that is active. The caller checks that the actor
    may see histories. What is about a document that is too secret for the reader is left out, without a gap."""
    state: State = {}
    history: list[Told] = []
    told = [(row, json.loads(row.body)) for row in EventRow.objects.filter(chain=dossier.chain).order_by("number")]
    secret = too_secret(reader, (row.target for row, _body in told), _levels_told(body for _row, body in told))
    for row, body in told:
        if row.target not in secret:
            history.append(_told(len(history) + 1, row, body, dossier, state))
        fold(state, body["rows"])
    return history


def too_secret(reader: Actor, names: Iterable[str], levels: Mapping[str, int]) -> set[str]:
    """The documents among these rows (`target_name`) of which the reader may not even know: by their level of today,
    or, where they are gone since, by the one that is told of them (`levels`)."""
    document = apps.get_model("records.Document")
    begins = f"{document._meta.label_lower}:"
    # events of documents that were taken back did not always name them
    keys = {key for name in names if name.startswith(begins) and (key := name.removeprefix(begins)) != "None"}
    today = dict(document.objects.filter(pk__in=keys).values_list("pk", "level")) if keys else {}
    here = {f"{begins}{key}": level for key, level in today.items()}
    cleared = clearance_of(reader)
    return {name for key in keys if here.get(name := f"{begins}{key}", levels.get(name, Level.OPEN)) > cleared}


def _levels_told(bodies: Iterable[dict[str, Any]]) -> dict[str, int]:
    """The highest level that the events tell of each row."""
    highest: dict[str, int] = {}
    for touched in (one for body in bodies for one in body["rows"]):
        for values in (touched["before"], touched["after"]):
            highest[touched["row"]] = max(highest.get(touched["row"], Level.OPEN), values.get("level") or Level.OPEN)
    return highest


def _told(number: int, row: EventRow, body: dict[str, Any], dossier: Dossier, before: State) -> Told:
    return Told(
        number=number,
        at=row.at,
        actor=row.actor,
        who=actor_in_words(row.actor),
        name=row.name,
        what=str(RULES[Event(row.name)].text) if row.name in set(Event) else row.name,
        about=_about(row, body, dossier, before),
        reason=body["reason"],
        changes=list(_changes(row, body)),
    )


def shown(name: str, value: Any) -> str:
    """The value of a field as people read it."""
    if name == "level":
        return f"„{Level(value or Level.OPEN).label}“"
    if name == "asks_purpose":
        return _("ja") if value else _("nein")
    if not value:
        return _("(leer)")
    if name == "letter_date":
        return f"{date.fromisoformat(value):%d.%m.%Y}"
    return str(_CHOICES[name](value).label) if name in _CHOICES else f"„{value}“"


def _about(row: EventRow, body: dict[str, Any], dossier: Dossier, before: State) -> str:
    """Which document or case. A document's other place is told in its own history, for those who may see it."""
    if row.name in _FILING:
        return f"„{body['facts']['title']}“"
    if row.name in _ABOUT_SOMEBODY:
        return _somebody(row.name, body["facts"])
    if row.name in _MOVING:
        return _named(body["facts"])
    if row.name in _ON_PAPER:
        put = _thing_named(row, dossier, before) if row.name == Event.VOLUME_FILLED else ""
        return ", ".join(filter(None, (put, body["facts"].get("volume"), body["facts"].get("borrower"))))
    if row.name in _RELATING:
        return " ".join(filter(None, (_thing_named(row, dossier, before), _kind_of_relation(body["facts"]))))
    created = [one["after"] for one in body["rows"] if one["op"] == "create" and "reference_number" in one["after"]]
    known = before.get(row.target) if row.target != target_name(dossier) else None
    return ", ".join(_named(values) for values in (*created, known) if values)


def _somebody(event: str, facts: dict[str, Any]) -> str:
    """Who takes part as what; or whose right a place got rules of its own for, which older events do not tell, nor
    those of a place that was closed against the ones above."""
    if event in _TAKING_PART:
        return " ".join(filter(None, (f"„{facts['party']}“ ({_(facts['role'])})", facts.get("case", ""))))
    if "who" not in facts:
        return ""
    return _("für {who} als „{role}“").format(who=facts["who"], role=Role(facts["role"]).label)


def _thing_named(row: EventRow, dossier: Dossier, before: State) -> str:
    """Empty for the dossier itself."""
    known = before.get(row.target) if row.target != target_name(dossier) else None
    return _named(known) if known else ""


def _kind_of_relation(facts: dict[str, Any]) -> str:
    """Not with what: who reads this history may not see the other end."""
    return f"({relation_label(facts['kind'], outward=facts['outward'])})"


def _named(values: dict[str, Any]) -> str:
    return " ".join(part for part in (values.get("reference_number"), f"„{values.get('title', '')}“") if part)


def _changes(row: EventRow, body: dict[str, Any]) -> Iterator[FieldTold]:
    """Without the state: that is what the event itself says."""
    for touched in body["rows"]:
        if touched["op"] != "change" or row.name in _FILING:
            continue
        if row.name in _LEVELS and touched["row"] != row.target:
            continue  # what lies in a dossier goes along with it
        before, after = touched["before"], touched["after"]
        for name, label in FIELDS.items():
            if name in after and name != "state":
                yield FieldTold(str(label), shown(name, before.get(name)), shown(name, after[name]))
        if touched["row"].startswith(f"{Dossier._meta.label_lower}:") and "kind_id" in after:
            yield FieldTold(_("Aktenart"), *(_quoted(kind_label(one["kind_id"])) for one in (before, after)))
        for one in field_changes(body["facts"], before, after):
            yield FieldTold(one.label, _quoted(one.before), _quoted(one.after))


def _quoted(text: str) -> str:
    return f"„{text}“" if text else _("(leer)")
