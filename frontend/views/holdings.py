"""The list of holdings: what is there in which medium, where it stands and who has it; to print and as a table."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from dms.access.permissions import Permission
from dms.records.dossiers.models import FileState, Medium
from dms.records.holdings.listing import HoldingsAsked, holdings_asked, holdings_of, write_holdings
from frontend.asked import whole_number
from frontend.people import actor_of, may_anywhere
from frontend.views.plan import entry_or_404

PER_PAGE = 100


@require_safe
def holdings(request: HttpRequest) -> HttpResponse:
    asked, more = _read(request)
    page = Paginator(holdings_asked(actor_of(request), asked), PER_PAGE).get_page(
        whole_number(request.GET.get("p")) or 1
    )
    context = {
        "nav": "dossiers", "page": page, "rows": holdings_of(list(page.object_list)), "asked": asked,
        "media": Medium.choices, "states": FileState.choices,
        "may_view": may_anywhere(request, Permission.DOSSIER_VIEW), **more,
    }  # fmt: skip
    return render(request, "frontend/holdings/list.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """All pages at once, as a table."""
    asked, _more = _read(request)
    disposition = 'attachment; filename="Aktenbestandsverzeichnis.csv"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    table = write_holdings(actor_of(request), asked)
    return HttpResponse(table, content_type="text/csv; charset=utf-8", headers=headers)


def _read(request: HttpRequest) -> tuple[HoldingsAsked, dict[str, Any]]:
    """Never fails: what makes no sense in an address is left out."""
    got = {name: request.GET.get(name, "").replace("\0", "").strip()[:200] for name in ("place", "medium", "state")}
    got["medium"] = got["medium"] if got["medium"] in Medium.values else ""
    got["state"] = got["state"] if got["state"] in FileState.values else ""
    lent = request.GET.get("lent") == "1"
    entry = None
    with suppress(ValueError, Http404):
        entry = entry_or_404(request, UUID(request.GET.get("entry", "")))
    query = {**got, "lent": "1" if lent else "", "entry": str(entry.pk) if entry else ""}
    return HoldingsAsked(**got, lent=lent, entry=entry.pk if entry else None), {
        "entry": entry,
        "query": urlencode(query),
    }
