"""Services that make a dossier or a document more secret, or less; each with a reason, and told as what it is.

What lies in a dossier is at least as secret as the dossier; a document may be more so. An e-mail and its attachments
are always equally secret, because the e-mail holds them.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.levels import Level
from dms.access.permissions import Permission
from dms.access.rule import can, clearance_of, require
from dms.audit.door import change, change_many
from dms.audit.events import RULES, Event
from dms.audit.lifecycle import NotPossible
from dms.records.dossiers.filing import whole_units
from dms.records.dossiers.keeping import holding
from dms.records.dossiers.models import Case, Dossier
from dms.records.models import Document
from dms.records.protection.grants import clean_reason
from dms.records.protection.rights import TOWN
from dms.records.protection.scopes import has_own_scope

_Rows = dict[int, list[Any]]


def levels_offered(actor: Actor, thing: Dossier | Document) -> list[Level]:
    """What the actor can set here now, beside the present one: never more than it may know of itself."""
    raises, lowers = (can(actor, permission, thing) for permission in (Permission.LEVEL_RAISE, Permission.LEVEL_LOWER))
    lowest = thing.dossier.level if isinstance(thing, Document) and thing.dossier else Level.OPEN
    return [
        level
        for level in Level
        if (raises and thing.level < level <= clearance_of(actor)) or (lowers and lowest <= level < thing.level)
    ]


def dossier_set_level(actor: Actor, dossier: Dossier, level: Level, *, reason: str) -> Dossier:
    """With all that lies in it; a document with a level of its own never falls below that.

    Raises NotAllowed, InvalidFact, NotPossible.
    """
    reason = clean_reason(reason)
    with transaction.atomic(), holding(dossier.pk) as held:
        event = _checked(actor, held, level)
        scope = held.scope
        documents = Document.objects.select_for_update(of=("self",)).filter(dossier=held).order_by("pk")
        cases = Case.objects.select_for_update(of=("self",)).filter(dossier=held).order_by("pk")
        rows: _Rows = {int(level): [held, *(case for case in cases)]}
        for document in documents:
            rows.setdefault(max(int(level), document.own_level), []).append(document)
        for value, alike in sorted(rows.items()):
            if moved := [row for row in alike if row.level != value]:
                change_many(actor, event, moved, {"level": value}, reason=reason)
        if has_own_scope(held):
            _name_scope(actor, event, scope, level, reason)
    return held


def document_set_level(actor: Actor, document: Document, level: Level, *, reason: str) -> Document:
    """With its e-mail and attachments. Raises NotAllowed, InvalidFact, NotPossible."""
    reason = clean_reason(reason)
    with transaction.atomic():
        rows = Document.objects.select_for_update(of=("self",)).filter(pk__in=whole_units([document])).order_by("pk")
        alike = sorted(rows, key=lambda row: row.pk != document.pk)  # the event is about the first
        fresh: Document = alike[0]
        event = _checked(actor, fresh, level)
        if fresh.dossier is not None and level < fresh.dossier.level:
            sentence = _("Die Akte ist als „{level}“ eingestuft; was in ihr liegt, ist es mindestens auch.")
            raise NotPossible(sentence.format(level=Level(fresh.dossier.level).label))
        change_many(actor, event, alike, {"level": level, "own_level": level}, reason=reason)
    return fresh


def _checked(actor: Actor, thing: Dossier | Document, level: Level) -> Event:
    """Raising or lowering. Raises NotAllowed, InvalidFact, NotPossible."""
    event = Event.LEVEL_RAISED if level > thing.level else Event.LEVEL_LOWERED
    require(actor, RULES[event].permission, thing)
    if level == thing.level:
        raise NotPossible(_("So ist es schon eingestuft."))
    if level > clearance_of(actor):
        raise NotPossible(_("So hoch sind Sie selbst nicht ermächtigt; danach sähen Sie es nicht mehr."))
    return event


def _name_scope(actor: Actor, event: Event, scope: Any, level: Level, reason: str) -> None:
    """The scope bears the title of the dossier, so it is as secret."""
    with change(actor, event, scope, chain=TOWN, reason=reason) as opened:
        opened.target.level = level
        opened.save(opened.target)
