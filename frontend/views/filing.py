"""Filing: documents are put into a dossier or case that a few typed letters find, and that can be taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dms.access.rule import NotAllowed
from dms.audit.lifecycle import NotPossible
from dms.records.dossiers.filing import Place, documents_file, documents_take_back, may_file
from dms.records.dossiers.places import find_place, place_suggestions
from dms.records.models import Document
from frontend.people import actor_of
from frontend.views.settling import MOST_AT_ONCE, chosen_items, way_back

JUST_FILED = "just_filed"
"""Ids in the session until the next page of the inbox, which offers to undo."""


@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest) -> HttpResponse:
    """Asks where to, and files there. Without a place chosen it suggests anew by what was typed."""
    given = request.POST if request.method == "POST" else request.GET
    documents, back = chosen_documents(request, given), way_back(request, given.get("back", ""))
    if not documents:
        messages.info(request, _("Es war kein Dokument ausgewählt, das sich ablegen lässt."))
        return redirect(back)
    key = request.POST.get("place", "")
    if key:
        place = find_place(actor_of(request), key)
        if place is not None and _filed(request, documents, place):
            return redirect(back)
        if place is None:
            messages.error(request, _("Dorthin lässt sich nichts mehr ablegen. Bitte eine andere Stelle wählen."))
    context = {"nav": "inbox", "documents": documents, "back": back, **_suggested(request, given, documents)}
    return render(request, "frontend/filing/form.html", context)


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The suggestions alone, for the form that asks while somebody types."""
    context = _suggested(request, request.GET, chosen_documents(request, request.GET))
    return render(request, "frontend/filing/places.html", context)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    documents, back = _named(request, request.POST), way_back(request, request.POST.get("back", ""))
    try:
        taken = documents_take_back(actor_of(request), documents, now=timezone.now()) if documents else []
    except NotAllowed:
        messages.error(request, _("Dafür fehlt Ihnen das Recht."))
    except NotPossible as refusal:
        messages.info(request, str(refusal))
    else:
        text = ngettext(
            "%(count)d Dokument liegt wieder, wo es war.",
            "%(count)d Dokumente liegen wieder, wo sie waren.",
            len(taken),
        )
        messages.success(request, text % {"count": len(taken)})
    return redirect(back)


def chosen_documents(request: HttpRequest, given: QueryDict) -> list[Document]:
    """Those of the named documents, and of the named items' documents, that this person can file."""
    items = [item.pk for item in chosen_items(request, given)]
    found = Document.objects.visible_to(actor_of(request)).select_related("dossier", "case")
    documents = {one.pk: one for one in found.filter(item_id__in=items).order_by("-received_at", "part")}
    documents |= {one.pk: one for one in _named(request, given)}
    return [one for one in documents.values() if may_file(actor_of(request), one)]


def _named(request: HttpRequest, given: QueryDict) -> list[Document]:
    """What is no id is passed over."""
    ids = [found for value in given.getlist("document")[:MOST_AT_ONCE] if (found := _uuid(value))]
    documents = Document.objects.visible_to(actor_of(request)).select_related("dossier", "case")
    return list(documents.filter(pk__in=ids).order_by("-received_at", "part"))


def _filed(request: HttpRequest, documents: list[Document], place: Place) -> bool:
    try:
        filed = documents_file(actor_of(request), documents, place, now=timezone.now())
    except NotAllowed:
        messages.error(request, _("Dafür fehlt Ihnen das Recht."))
        return False
    except NotPossible as refusal:
        messages.error(request, str(refusal))
        return False
    text = ngettext(
        "%(count)d Dokument ist abgelegt in %(place)s.", "%(count)d Dokumente sind abgelegt in %(place)s.", len(filed)
    )
    messages.success(request, text % {"count": len(filed), "place": f"{place.reference_number} {place.title}"})
    request.session[JUST_FILED] = [str(document.pk) for document in documents]
    return True


def _suggested(request: HttpRequest, given: QueryDict, documents: list[Document]) -> dict[str, Any]:
    words = given.get("q", "").replace("\0", "").strip()[:200]
    return {"words": words, "suggestions": place_suggestions(actor_of(request), words, documents)}


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
