"""Who had which right from when to when, given and withdrawn by whom and why: told by the events of the town alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor, actor_in_words
from dms.access.models import Body, Grant, Scope, User
from dms.access.permissions import Role
from dms.access.rule import may_name
from dms.audit.events import RULES, Event
from dms.audit.models import EventRow, target_name
from dms.records.protection.rights import TOWN
from dms.records.protection.scopes import Node
from dms.records.tables import write_table

_GRANTS = [Event.GRANT_CREATED, Event.GRANT_CHANGED, Event.GRANT_WITHDRAWN]
_SCOPES = [Event.SCOPE_BEGUN, Event.SCOPE_RESTRICTED, Event.SCOPE_OPENED]
COLUMNS = (
    "Wer hatte das Recht", "Rolle", "Vergeben in", "Vom", "Bis", "Vergeben am", "Vergeben am (UTC)", "Vergeben von",
    "Warum vergeben", "Zuletzt geändert am", "Geändert von", "Warum geändert", "Entzogen am", "Entzogen am (UTC)",
    "Entzogen von", "Warum entzogen",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """Something was done with a grant, by whom and why."""

    at: datetime
    actor: str
    reason: str

    @property
    def who(self) -> str:
        return actor_in_words(self.actor)


@dataclass(slots=True)
class Term:
    """One grant from the beginning to the end, withdrawn or not."""

    grant_id: int
    scope_id: int
    user_id: int | None
    body_id: int | None
    role: Role
    first: date
    last: date | None
    given: Step
    changed: Step | None = None
    withdrawn: Step | None = None
    subject: User | Body | None = None
    scope: Scope | None = None

    @property
    def until(self) -> date | None:
        """The last day on which it held, or will hold. A withdrawn one held for a part of that day at most."""
        if self.withdrawn is None:
            return self.last
        day = timezone.localtime(self.withdrawn.at).date()
        return day if self.last is None else min(day, self.last)

    @property
    def holds(self) -> bool:
        today = timezone.localdate()
        return self.withdrawn is None and self.first <= today and (self.last is None or self.last >= today)

    @property
    def is_over(self) -> bool:
        return self.withdrawn is not None or (self.last is not None and self.last < timezone.localdate())


@dataclass(frozen=True, slots=True)
class ScopeStep:
    """The place got rights of its own, was restricted to them or opened again."""

    what: str
    step: Step


def terms_at(scopes: Collection[int]) -> list[Term]:
    """Of these scopes, the oldest first. The caller checks that the actor may know it."""
    return _known(_terms(scopes))


def terms_of(subject: User | Body) -> list[Term]:
    """Of all places, the oldest first. What the reader may know of each, the caller decides."""
    name = "user_id" if isinstance(subject, User) else "body_id"
    told = f'"{name}":{subject.pk},'
    created = EventRow.objects.filter(chain=TOWN, name=Event.GRANT_CREATED, body__contains=told)
    scopes = {
        one["after"]["scope_id"] for body in _bodies(created) for one in _of_grants(body) if one["op"] == "create"
    }
    return _known(one for one in _terms(scopes) if getattr(one, name) == subject.pk)


def terms_of_place(actor: Actor, node: Node) -> list[Term]:
    """Of the node and of all places above whose names the actor may read, whether they are inherited today or not."""
    scopes = [node.scope]
    while scopes[-1].parent is not None:
        scopes.append(scopes[-1].parent)
    return terms_at([one.pk for one in scopes if one.pk == node.scope_id or may_name(actor, one)])


def steps_of_scope(scope: Scope) -> list[ScopeStep]:
    """When it began, was restricted and opened again."""
    rows = EventRow.objects.filter(target=target_name(scope), name__in=_SCOPES).order_by("id")
    return [ScopeStep(str(RULES[Event(row.name)].text), _step(row, json.loads(row.body))) for row in rows]


def write_terms(terms: Iterable[Term]) -> bytes:
    """As a table for offices."""
    return write_table(COLUMNS, map(_cells, terms)).encode()


def _terms(scopes: Collection[int]) -> Iterator[Term]:
    terms: dict[str, Term] = {}
    for row in _events(scopes).order_by("number"):
        body = json.loads(row.body)
        for touched in _of_grants(body):
            _fold(terms, touched, _step(row, body), Event(row.name))
    yield from (one for one in terms.values() if one.scope_id in scopes)


def _fold(terms: dict[str, Term], touched: dict[str, Any], step: Step, event: Event) -> None:
    name, after = touched["row"], touched["after"]
    if touched["op"] == "create":
        terms[name] = Term(
            int(name.partition(":")[2]), after["scope_id"], after["user_id"], after.get("body_id"), Role(after["role"]),
            date.fromisoformat(after["valid_from"]), _day(after["valid_to"]), step,
        )  # fmt: skip
    elif name in terms and touched["op"] == "change":
        term = terms[name]
        term.changed = step
        term.first = _day(after.get("valid_from")) or term.first
        term.last = _day(after["valid_to"]) if "valid_to" in after else term.last
    elif name in terms and event is Event.GRANT_WITHDRAWN:  # else it had ended, and made room for another one
        terms[name].withdrawn = step


def _events(scopes: Collection[int]) -> QuerySet[EventRow]:
    """Grants that somebody gives are told of the scope; those of the set-up of the town name it in their row."""
    about = Q(target__in=[f"{Scope._meta.label_lower}:{one}" for one in scopes])
    for one in scopes:
        about |= Q(body__contains=f'"scope_id":{one},')
    return EventRow.objects.filter(about, chain=TOWN, name__in=_GRANTS) if scopes else EventRow.objects.none()


def _of_grants(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in body["rows"] if one["row"].startswith(f"{Grant._meta.label_lower}:")]


def _bodies(rows: QuerySet[EventRow]) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, rows.values_list("body", flat=True))


def _step(row: EventRow, body: dict[str, Any]) -> Step:
    return Step(row.at, row.actor, body["reason"])


def _known(terms: Iterable[Term]) -> list[Term]:
    """With who and where, by three queries."""
    found = list(terms)
    users = User.objects.in_bulk({one.user_id for one in found if one.user_id})
    bodies = Body.objects.in_bulk({one.body_id for one in found if one.body_id})
    scopes = Scope.objects.in_bulk({one.scope_id for one in found})
    for one in found:
        one.subject = users.get(one.user_id or 0) or bodies.get(one.body_id or 0)
        one.scope = scopes.get(one.scope_id)
    return sorted(found, key=lambda one: (one.first, one.given.at, one.grant_id))


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _cells(term: Term) -> tuple[str, ...]:
    changed, withdrawn = term.changed, term.withdrawn
    return (
        str(term.subject or ""), str(term.role.label), str(term.scope or ""), f"{term.first:%d.%m.%Y}",
        f"{term.until:%d.%m.%Y}" if term.until else _("ohne Ende"), *_at(term.given), _utc(term.given), term.given.who,
        term.given.reason, *(_at(changed) if changed else [""]), changed.who if changed else "",
        changed.reason if changed else "", *(_at(withdrawn) if withdrawn else [""]),
        _utc(withdrawn) if withdrawn else "", withdrawn.who if withdrawn else "", withdrawn.reason if withdrawn else "",
    )  # fmt: skip


def _at(step: Step) -> list[str]:
    return [f"{timezone.localtime(step.at):%d.%m.%Y %H:%M:%S}"]


def _utc(step: Step) -> str:
    return step.at.astimezone(UTC).isoformat()
