"""The start page: the search box, and below it hits or the mail that came in last."""

from __future__ import annotations

from math import ceil
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dms.access.permissions import Permission, Role
from dms.access.rule import grants_of
from dms.records.documents.kinds import kind_labels
from frontend.asked import LAST_OFFSET, PER_PAGE, Asked
from frontend.facets import facet_groups
from frontend.finding import find
from frontend.hits import hit_cards
from frontend.inbox_tabs import number_on_the_way
from frontend.people import actor_of, may_anywhere
from search.ports import IndexMissing, SearchHits, SearchUnavailable, Sort

SORTS = {
    Sort.RELEVANCE: _("Beste Treffer zuerst"),
    Sort.NEWEST: _("Neueste zuerst"),
    Sort.OLDEST: _("Älteste zuerst"),
}


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    asked = Asked.read(request.GET)
    if not may_anywhere(request, Permission.DOCUMENT_VIEW):
        return render(request, "frontend/search_without_reading.html", _without_reading(request, asked))
    try:
        found = find(actor_of(request), asked)
    except SearchUnavailable as error:
        context = {"nav": "search", "asked": asked, "unavailable": True, "missing": isinstance(error, IndexMissing)}
        return render(request, "frontend/search.html", context, status=503)
    return render(request, "frontend/search.html", _context(request, asked, found))


def _without_reading(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """To say that nothing was found would not be true: who may read nothing is told what there is to do instead."""
    roles = grants_of(actor_of(request)).order_by("role").values_list("role", flat=True).distinct()
    return {
        "nav": "search",
        "asked": asked,
        "roles": [Role(role).label for role in roles if role in Role.values],
        "may_view_inbox": may_anywhere(request, Permission.INBOX_VIEW),
        "may_add": may_anywhere(request, Permission.INBOX_ADD),
        "sees_plan": may_anywhere(request, Permission.PLAN_VIEW),
        "may_grant": may_anywhere(request, Permission.GRANT),
    }


def _context(request: HttpRequest, asked: Asked, found: SearchHits) -> dict[str, Any]:
    first = (asked.list_page - 1) * PER_PAGE
    labels = kind_labels()
    groups = facet_groups(asked, found.facets, labels)
    last_page = max(ceil(min(found.count, LAST_OFFSET) / PER_PAGE), 1)
    return {
        "nav": "search",
        "asked": asked,
        "found": found,
        "cards": hit_cards(actor_of(request), asked, found.hits, first),
        "groups": groups,
        "chosen": [choice for group in groups for choice in group.chosen],
        "sorts": [(sort, label, sort == asked.effective_sort) for sort, label in SORTS.items()],
        "first": first + 1,
        "last_page": last_page,
        "previous": asked.address(p=asked.list_page - 1) if asked.list_page > 1 else "",
        "next": asked.address(p=asked.list_page + 1) if asked.list_page < last_page else "",
        "unfiltered": asked.unfiltered().address(),
        "on_the_way": number_on_the_way(actor_of(request)) if asked.is_empty else 0,
    }
