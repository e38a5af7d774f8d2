"""Filing: documents or copies of them are put into a dossier or case that a few typed letters find, and that can be
taken back."""

from __future__ import annotations

from collections.abc import Callable
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
from dms.records.dossiers.copying import documents_copy, may_copy
from dms.records.dossiers.filing import Place, documents_file, documents_take_back, may_file, whole_units
from dms.records.dossiers.places import find_place, place_suggestions
from dms.records.dossiers.unmaking import documents_unmake
from dms.records.models import Document
from dms.records.protection.reading import Way, note_readings
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
        messages.info(request, _nothing_chosen(given))
        return redirect(back)
    key, copies, alone = request.POST.get("place", ""), "copy" in given, "alone" in given
    if key:
        place = find_place(actor_of(request), key)
        if place is not None and (_copied if copies else _filed)(request, documents, place, alone=alone):
            return redirect(back)
        if place is None:
            messages.error(request, _("Dorthin lässt sich nichts mehr ablegen. Bitte eine andere Stelle wählen."))
    context = {
        "nav": "inbox",
        "documents": documents,
        "back": back,
        "copies": copies,
        "alone": alone,
        "more": _hanging_together(request, documents),
        **_suggested(request, given, documents),
    }
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


@require_POST
def unmake(request: HttpRequest) -> HttpResponse:
    """A document that was just made; its page is gone then, so the way leads to where it lay."""
    documents, back = _named(request, request.POST), way_back(request, request.POST.get("back", ""))
    try:
        documents_unmake(actor_of(request), documents, now=timezone.now())
    except NotAllowed:
        messages.error(request, _("Dafür fehlt Ihnen das Recht."))
    except NotPossible as refusal:
        messages.info(request, str(refusal))
    else:
        text = ngettext(
            "Das neue Dokument ist zurückgenommen; woraus es entstand, ist unverändert.",
            "%(count)d neue Dokumente sind zurückgenommen; woraus sie entstanden, ist unverändert.",
            len(documents),
        )
        messages.success(request, text % {"count": len(documents)})
    return redirect(back)


def chosen_documents(request: HttpRequest, given: QueryDict) -> list[Document]:
    """Those of the named documents, and of the named items' documents, that this person can file or, if that is asked,
    copy. Raises PurposeNeeded."""
    items = [item.pk for item in chosen_items(request, given)]
    seen = Document.objects.visible_to(actor_of(request)).select_related("dossier", "case")
    documents = {one.pk: one for one in seen.filter(item_id__in=items).order_by("-received_at", "part")}
    documents |= {one.pk: one for one in _named(request, given)}
    may = may_copy if "copy" in given else may_file
    found = [one for one in documents.values() if may(actor_of(request), one)]
    note_readings(actor_of(request), found, Way.PART)
    return found


def _nothing_chosen(given: QueryDict) -> str:
    if not given.getlist("document") and not given.getlist("item"):
        return _("Bitte zuerst ankreuzen, worum es geht.")
    if "copy" in given:
        return _("Es war kein Dokument ausgewählt, das sich kopieren lässt.")
    return _("Es war kein Dokument ausgewählt, das sich ablegen lässt.")


def _named(request: HttpRequest, given: QueryDict) -> list[Document]:
    """What is no id is passed over."""
    ids = [found for value in given.getlist("document")[:MOST_AT_ONCE] if (found := _uuid(value))]
    documents = Document.objects.visible_to(actor_of(request)).select_related("dossier", "case")
    return list(documents.filter(pk__in=ids).order_by("-received_at", "part"))


def _hanging_together(request: HttpRequest, documents: list[Document]) -> list[Document]:
    """What of their e-mails would go along, in order, as far as the person may see it."""
    chosen = {one.pk for one in documents}
    others = Document.objects.visible_to(actor_of(request)).filter(pk__in=set(whole_units(documents)) - chosen)
    return list(others.order_by("item_id", "part"))


def _service(request: HttpRequest, act: Callable[[], list[Document]]) -> list[Document]:
    """Empty when it refused; the person is told why."""
    try:
        return act()
    except NotAllowed:
        messages.error(request, _("Dafür fehlt Ihnen das Recht."))
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    return []


def _copied(request: HttpRequest, documents: list[Document], place: Place, *, alone: bool) -> bool:
    copies = _service(
        request, lambda: documents_copy(actor_of(request), documents, place, now=timezone.now(), alone=alone)
    )
    if copies:
        text = ngettext(
            "%(count)d Dokument ist kopiert nach %(place)s. Dort lässt es sich zehn Minuten lang zurücknehmen.",
            "%(count)d Dokumente sind kopiert nach %(place)s. Dort lässt es sich zehn Minuten lang zurücknehmen.",
            len(copies),
        )
        messages.success(request, text % {"count": len(copies), "place": f"{place.reference_number} {place.title}"})
    return bool(copies)


def _filed(request: HttpRequest, documents: list[Document], place: Place, *, alone: bool) -> bool:
    filed = _service(
        request, lambda: documents_file(actor_of(request), documents, place, now=timezone.now(), alone=alone)
    )
    if not filed:
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
