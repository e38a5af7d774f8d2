"""Joins a dossier, case or document with another one of its sort, and parts them again."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dms.audit.lifecycle import NotPossible
from dms.records.models import Case, Document
from dms.records.relations.finding import things_matching
from dms.records.relations.models import BY_PEOPLE, ORIGINS, RelationKind
from dms.records.relations.relating import (
    SORTS,
    Thing,
    may_relate,
    relation_make,
    relation_remove,
    relations_seen,
    visible_things,
)
from frontend.people import actor_of, opened_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, sort: str, thing_id: UUID) -> HttpResponse:
    """First the other one is looked for, then one click joins it."""
    here, actor = _thing_or_404(request, sort, thing_id), actor_of(request)
    if not may_relate(actor, here):
        raise Http404
    if request.method == "POST":
        return _join(request, sort, here)
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    return _page(request, sort, here, words=words, found=things_matching(actor, words, here) if words else [])


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, relation_id: UUID) -> HttpResponse:
    """Asks first."""
    actor = actor_of(request)
    relation = opened_or_404(request, relations_seen(actor), relation_id)
    if relation.kind in ORIGINS:
        raise Http404
    ends = [_thing_or_404(request, relation.sort, getattr(relation, f"{side}_{relation.sort}_id")) for side in _SIDES]
    if not any(may_relate(actor, end) for end in ends):
        raise Http404
    if request.method == "POST":
        relation_remove(actor, relation, now=timezone.now())
        messages.success(request, _("Die Verknüpfung ist entfernt."))
        return redirect(_address(ends[0]))
    label = RelationKind(relation.kind).label
    context = {"nav": "dossiers", "one": ends[0], "other": ends[1], "label": label, "back": _address(ends[0])}
    return render(request, "frontend/relations/remove.html", context)


_SIDES = ("from", "to")


def _join(request: HttpRequest, sort: str, here: Thing) -> HttpResponse:
    kind = request.POST.get("kind", "")
    if kind not in RelationKind.values or kind in ORIGINS:
        raise Http404
    try:
        other = _thing_or_404(request, sort, request.POST.get("other", ""))
        relation_make(actor_of(request), here, RelationKind(kind), other, now=timezone.now())
    except NotPossible as refusal:
        return _page(request, sort, here, problem=str(refusal), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("Verknüpft mit „{what}“.").format(what=other))
    return redirect(_address(here))


def _thing_or_404(request: HttpRequest, sort: str, thing_id: UUID | str) -> Thing:
    if sort not in SORTS:
        raise Http404
    found: Thing = opened_or_404(request, visible_things(actor_of(request), sort), thing_id)
    return found


def _address(thing: Thing) -> str:
    if isinstance(thing, Document):
        return reverse("document", args=[thing.pk])
    if isinstance(thing, Case):
        return f"{reverse('dossier', args=[thing.dossier_id])}#case-{thing.pk}"
    return reverse("dossier", args=[thing.pk])


def _page(
    request: HttpRequest, sort: str, here: Thing, *, status: HTTPStatus = HTTPStatus.OK, **more: object
) -> HttpResponse:
    context = {"nav": "dossiers", "sort": sort, "here": here, "kinds": BY_PEOPLE, "back": _address(here)}
    return render(request, "frontend/relations/add.html", {**context, **more}, status=status)
