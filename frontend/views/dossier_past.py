"""What happened to a dossier, to take away; and how it stood at a past moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dms.access.permissions import Permission
from dms.access.rule import can
from dms.audit.door import audited_values
from dms.records.dossiers.history import FIELDS, shown
from dms.records.dossiers.history_forms import HistoryForm, write_dossier_history
from dms.records.dossiers.models import Dossier, FileState, Medium
from dms.records.fields.telling import kind_label, values_then
from dms.records.holdings.models import volume_name
from dms.records.models import Document, PartyRole
from dms.records.past import DossierThen, Values, dossier_then
from dms.records.protection.reading import Way
from dms.records.protection.sensitivity import Protection, protections
from frontend.people import actor_of
from frontend.views.dossiers import dossier_or_404

OF_A_DOSSIER = ("reference_number", "title", "description", "medium", "location", "level", "state")


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    then: str
    today: str

    @property
    def differs(self) -> bool:
        return self.then != self.today


@require_safe
def history(request: HttpRequest, dossier_id: UUID, form: str) -> HttpResponse:
    found = _dossier(request, dossier_id, Way.EXPORT)
    if form not in set(HistoryForm):
        raise Http404
    chosen = HistoryForm(form)
    name = f"Verlauf {found.reference_number.replace('/', '-')}{chosen.ending}"
    disposition = content_disposition_header(as_attachment=True, filename=name) or ""
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    written = write_dossier_history(found, chosen, actor_of(request))
    return HttpResponse(written, content_type=chosen.media_type, headers=headers)


@require_safe
def past(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """By the minute: with 14:05 everything counts that happened before 14:06."""
    found, asked = _dossier(request, dossier_id, Way.PAGE), request.GET.get("at", "").strip()
    at = _minute(asked) if asked else timezone.localtime()
    until = at + timedelta(minutes=1, microseconds=-1) if at else None
    then = dossier_then(found, until, actor_of(request)) if until else None
    context: dict[str, Any] = {"nav": "dossiers", "dossier": found, "at": at, "asked": asked, "then": then}
    if then:
        context |= {
            "rows": list(_compared(then, found)),
            "cases": sorted(then.cases.values(), key=lambda case: str(case["opened_at"])),
            "documents": _documents(request, then),
            "parties": list(_parties(then)),
            "volumes": list(_volumes(then)),
            "loans": _loans(then),
        }
    return render(request, "frontend/dossiers/past.html", context)


def _dossier(request: HttpRequest, dossier_id: UUID, way: Way) -> Dossier:
    found = dossier_or_404(request, dossier_id, way)
    if not can(actor_of(request), Permission.HISTORY_VIEW, found):
        raise Http404
    return found


def _minute(asked: str) -> datetime | None:
    try:
        read = parse_datetime(asked)
    except ValueError:
        return None
    if read is None:
        return None
    aware = timezone.make_aware(read) if timezone.is_naive(read) else timezone.localtime(read)
    return aware.replace(second=0, microsecond=0)


def _compared(past: DossierThen, today: Dossier) -> Iterator[Row]:
    then = past.dossier
    for name in OF_A_DOSSIER:
        yield Row(str(FIELDS[name]), shown(name, then.get(name)), shown(name, getattr(today, name)))
    protected, protects = _protected(past.protection), _protected(protections([today.pk]).get(today.pk))
    if protected or protects:
        yield Row(str(FIELDS["sensitive"]), protected or _("keiner"), protects or _("keiner"))
    was, now = kind_label(then.get("kind_id")), kind_label(today.kind_id)
    if was or now:
        yield Row(_("Aktenart"), was or _("(leer)"), now or _("(leer)"))
    stood = {one.label: one.after for one in values_then(then)}
    stands = {one.label: one.after for one in values_then(audited_values(today))}
    for label in dict.fromkeys((*stands, *stood)):
        yield Row(label, stood.get(label) or _("(leer)"), stands.get(label) or _("(leer)"))


def _protected(by: Protection | None) -> str:
    if by is None:
        return ""
    return f"{by.sensitive.label}; {_('nach dem Zweck wird gefragt')}" if by.asks_purpose else str(by.sensitive.label)


def _parties(then: DossierThen) -> Iterator[dict[str, str]]:
    """As they were called and in the role they had, by that; those of the dossier itself first."""
    roles = {role.pk: str(role) for role in PartyRole.objects.all()}
    places = {key: str(values["reference_number"]) for key, values in then.cases.items()}
    told = [
        {"name": then.names.get(str(one["party_id"]), ""), "role": roles.get(str(one["role_id"]), str(one["role_id"])),
         "case": places.get(str(one["case_id"]), "")}
        for one in then.parties.values()
    ]  # fmt: skip
    yield from sorted(told, key=lambda one: (one["case"], one["role"], one["name"].casefold()))


def _volumes(then: DossierThen) -> Iterator[dict[str, Any]]:
    for one in sorted(then.volumes.values(), key=lambda values: int(values["number"])):
        yield {"name": volume_name(one["number"], one["title"]), "medium": Medium(one["medium"]).label,
               "location": one["location"], "closed": one["state"] == FileState.CLOSED}  # fmt: skip


def _loans(then: DossierThen) -> list[dict[str, Any]]:
    """What was away."""
    names = {key: volume_name(one["number"], one["title"]) for key, one in then.volumes.items()}
    return [
        {"borrower": one["borrower"], "of": names.get(str(one["volume_id"]), ""), "since": _moment(one["lent_at"])}
        for one in then.loans.values()
        if not one["returned_at"]
    ]


def _moment(stored: str) -> datetime:
    read = parse_datetime(stored)
    if read is None:
        raise ValueError(stored)
    return read


def _day(document: Values) -> date:
    """Of the letter, else when it came in."""
    said = document["letter_date"]
    return date.fromisoformat(said) if said else timezone.localtime(_moment(document["received_at"])).date()


def _documents(request: HttpRequest, then: DossierThen) -> list[dict[str, Any]]:
    """With a link where the document may still be read, wherever it lies by now."""
    readable = Document.objects.visible_to(actor_of(request)).filter(pk__in=list(then.documents))
    known = {str(pk) for pk in readable.values_list("pk", flat=True)}
    places = {key: values["reference_number"] for key, values in then.cases.items()}
    listed = [
        {"title": one["title"], "sender": one["sender"], "day": _day(one), "id": key if key in known else None,
         "case": places.get(str(one["case_id"]), ""), "filed_at": one["filed_at"] or ""}
        for key, one in then.documents.items()
    ]  # fmt: skip
    return sorted(listed, key=lambda one: (one["case"], one["filed_at"]))
