"""One person: their account, where they belong, what they were ever granted, and what they may see and why."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from dms.access.actors import actor_in_words
from dms.accounts.organisation import (
    known_terms,
    memberships_of,
    people_named,
    people_visible_to,
    reasons_of,
    sees_organisation,
)
from dms.accounts.setting_up import setup_of
from frontend.people import actor_of

ON_A_PAGE = 100


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if not sees_organisation(actor):
        raise Http404
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    found = people_visible_to(actor)
    if words:
        found = people_named(found, words)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("p"))
    context = {"nav": "organisation", "page": page, "words": words}
    return render(request, "frontend/organisation/people.html", context)


@require_safe
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    actor = actor_of(request)
    found = get_object_or_404(people_visible_to(actor), pk=person_id)
    terms, link = known_terms(actor, found), setup_of(found)
    context = {
        "nav": "organisation", "person": found, "sees_all": sees_organisation(actor),
        "link": link, "link_issuer": actor_in_words(link.issued_by) if link else "",
        "memberships": memberships_of(found), "reasons": reasons_of(actor, found),
        "held": [one for one in terms if not one.term.is_over], "earlier": [one for one in terms if one.term.is_over],
    }  # fmt: skip
    return render(request, "frontend/organisation/person.html", context)
