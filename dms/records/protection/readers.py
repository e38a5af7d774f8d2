"""Answers who has seen a dossier between two moments. The question is told too, and stands in its own answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dms.access.actors import Actor, actor_in_words
from dms.access.permissions import Permission
from dms.access.rule import require
from dms.audit.events import Event
from dms.audit.models import EventRow, target_name
from dms.audit.notes import note
from dms.records.models import Case, Document, Dossier
from dms.records.protection.grants import clean_reason
from dms.records.protection.reading import Way, reads_chain
from dms.records.protection.sensitivity import Protection, protections
from dms.records.tables import write_table

WAYS: dict[str, Promise] = {
    Way.PAGE: gettext_lazy("Seite geöffnet"),
    Way.TEXT: gettext_lazy("Text gelesen"),
    Way.DATA: gettext_lazy("über die Schnittstelle gelesen"),
    Way.DOWNLOAD: gettext_lazy("heruntergeladen"),
    Way.EXPORT: gettext_lazy("Verlauf ausgegeben"),
    Way.PART: gettext_lazy("angesehen"),
    Way.IMAGE: gettext_lazy("Seitenbild gesehen"),
    Way.THUMBNAIL: gettext_lazy("Vorschaubild gesehen"),
}


_SAFE = {"GET", "HEAD"}


@dataclass(frozen=True, slots=True)
class ReadTold:
    """`what`: which record, by its title only where the asking person may read it. `why`: purpose, or reason to ask."""

    at: datetime
    actor: str
    who: str
    how: str
    what: str
    target: str
    why: str


@dataclass(frozen=True, slots=True)
class Readers:
    """`protection` None: of this dossier nothing is noted now. `questions` holds the one just asked."""

    dossier: Dossier
    since: datetime
    until: datetime
    protection: Protection | None
    reads: list[ReadTold]
    refusals: list[ReadTold]
    questions: list[ReadTold]


def who_read(actor: Actor, dossier: Dossier, since: datetime, until: datetime, *, reason: str) -> Readers:
    """From the first moment up to and including the second. Raises NotAllowed, InvalidFact."""
    require(actor, Permission.READS_AUDIT, dossier)
    now, chain = timezone.now(), reads_chain(dossier.pk)
    asked = {"since": since.isoformat(), "until": until.isoformat()}
    note(actor, Event.READS_ASKED, dossier, chain=chain, facts=asked, reason=clean_reason(reason), at=now)
    told = EventRow.objects.filter(chain=chain).order_by("number")
    between = told.filter(at__gte=since, at__lte=until)
    names = _names(actor, dossier, between)
    refused = EventRow.objects.filter(name=Event.ACCESS_REFUSED, target__in=_inside(dossier)).order_by("id")
    return Readers(
        dossier, since, until, protections([dossier.pk]).get(dossier.pk),
        [_told(row, names) for row in between.filter(name=Event.RECORD_READ)],
        [_told(row, names) for row in refused.filter(at__gte=since, at__lte=until)],
        [_told(row, names) for row in told.filter(name=Event.READS_ASKED, at__gte=min(since, now))],
    )  # fmt: skip


def write_readers(found: Readers) -> bytes:
    """As a table (CSV)."""
    columns = [_("Zeitpunkt"), _("Zeitpunkt (UTC)"), _("Wer"), _("Was"), _("Wie"), _("Zweck oder Grund"), _("Kennung")]
    return write_table(columns, (_row(one) for one in (*found.reads, *found.refusals, *found.questions))).encode()


def _row(one: ReadTold) -> tuple[str, ...]:
    local = timezone.localtime(one.at)
    return f"{local:%d.%m.%Y %H:%M:%S}", one.at.isoformat(), one.who, one.what, one.how, one.why, one.target


def _told(row: EventRow, names: dict[str, str]) -> ReadTold:
    body = json.loads(row.body)
    what = names.get(row.target, _("ein Dokument oder Vorgang der Akte"))
    return ReadTold(
        row.at, row.actor, actor_in_words(row.actor), _how(row, body["facts"]), what, row.target, body["reason"]
    )


def _how(row: EventRow, facts: dict[str, str]) -> str:
    if row.name == Event.READS_ASKED:
        return _("nach den Lesenden gefragt")
    if row.name == Event.ACCESS_REFUSED:
        method, _space, where = facts["verb"].partition(" ")
        tried = (
            _("abgewiesen: wollte es sehen ({where})")
            if method in _SAFE
            else _("abgewiesen: wollte es ändern ({where})")
        )
        return tried.format(where=where)
    return str(WAYS.get(facts["way"], facts["way"]))


def _names(actor: Actor, dossier: Dossier, rows: Iterable[EventRow]) -> dict[str, str]:
    begins = f"{Document._meta.label_lower}:"
    keys = {row.target.removeprefix(begins) for row in rows if row.target.startswith(begins)}
    titles = {target_name(one): f"„{one.title}“" for one in Document.objects.visible_to(actor).filter(pk__in=keys)}
    return {target_name(dossier): _("die Akte"), **titles}


def _inside(dossier: Dossier) -> list[str]:
    lying: list[QuerySet[Document] | QuerySet[Case]] = [
        Document.objects.filter(dossier=dossier).only("pk"), Case.objects.filter(dossier=dossier).only("pk"),
    ]  # fmt: skip
    return [target_name(dossier), *(target_name(one) for rows in lying for one in rows)]
