"""The list of dossiers: searched, narrowed, of one kind also by its fields, sorted, and taken away as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header, urlencode
from django.views.decorators.http import require_safe

from dms.access.permissions import Permission
from dms.records.dossiers.models import Dossier, FileState
from dms.records.dossiers.table import write_dossiers
from dms.records.fields.asking import Asked, narrowed, read_asked, sorted_by
from dms.records.fields.keeping import sees_kinds
from dms.records.fields.models import DossierKind
from dms.records.plan.models import PlanEntry
from frontend.asked import whole_number
from frontend.people import actor_of, may_anywhere
from frontend.views.plan import entry_or_404

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """What the address asks for. `sort` is a key of a field, with a minus before it the other way round."""

    words: str
    state: str
    entry: PlanEntry | None
    kinds: list[DossierKind]
    kind: DossierKind | None
    fields: list[Asked]
    sort: str
    found: Any

    @property
    def is_asked(self) -> bool:
        return bool(self.words or self.state or self.entry or self.kind)

    @property
    def query(self) -> str:
        """The same once more, for the pages of the list and for the table."""
        said = {"q": self.words, "state": self.state, "entry": str(self.entry.pk) if self.entry else ""}
        said |= {"kind": self.kind.pk if self.kind else "", "sort": self.sort}
        for one in self.fields:
            said |= {name: typed for name, typed in one.parameters.items() if typed}
        return urlencode({name: value for name, value in said.items() if value or name in {"q", "state", "entry"}})


@require_safe
def dossiers(request: HttpRequest) -> HttpResponse:
    """Searched by number (also a former one) and by words, narrowed by state, plan entry, kind and fields."""
    listed = _listed(request)
    page = Paginator(listed.found, PER_PAGE).get_page(whole_number(request.GET.get("p")) or 1)
    context = {
        "nav": "dossiers", "page": page, "words": listed.words, "state": listed.state, "states": FileState.choices,
        "entry": listed.entry, "is_asked": listed.is_asked, "query": listed.query, "kinds": listed.kinds,
        "kind": listed.kind, "narrow": listed.fields, "sort": listed.sort,
        "sort_down": listed.sort[1:] if listed.sort.startswith("-") else "",
        "may_view": may_anywhere(request, Permission.DOSSIER_VIEW),
        "may_open": may_anywhere(request, Permission.DOSSIER_KEEP),
    }  # fmt: skip
    return render(request, "frontend/dossiers/list.html", context)


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """All of them, not one page."""
    listed = _listed(request)
    disposition = content_disposition_header(as_attachment=True, filename="akten.csv") or ""
    return HttpResponse(
        write_dossiers(listed.found, listed.kind, actor_of(request)), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition},
    )  # fmt: skip


def _listed(request: HttpRequest) -> Listed:
    said, actor = request.GET, actor_of(request)
    words, state = said.get("q", "").replace("\0", "").strip()[:200], said.get("state", "")
    there = list(DossierKind.objects.all())
    kinds = there if there and sees_kinds(actor) else []
    kind = next((one for one in kinds if one.pk == said.get("kind")), None)
    fields, sort, entry = read_asked(kind, said.dict()), said.get("sort", "")[:60], _entry_asked(request)
    found: Any = Dossier.objects.visible_to(actor)
    if words:
        found = found.matching(words, actor)
    if state in FileState.values:
        found = found.filter(state=state)
    if entry:
        found = found.of_entry(entry.pk)
    if kind:
        if sort or any(one.is_used for one in fields):
            found = found.readable_by(actor)
        found = narrowed(actor, found, kind, fields)
        found = sorted_by(found, kind, sort.removeprefix("-"), descending=sort.startswith("-"))
    return Listed(words, state, entry, kinds, kind, fields, sort if kind else "", found)


def _entry_asked(request: HttpRequest) -> PlanEntry | None:
    try:
        return entry_or_404(request, UUID(request.GET.get("entry", "")))
    except (ValueError, Http404):
        return None
