"""Documents of one place are merged into a new one, in an order that the person chooses; and how far new ones are."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dms.adapters.chosen import SystemClock
from dms.ports import ObjectStoreError
from dms.records.documents.versions import LONGEST_COMMENT, version_of
from dms.records.models import Document
from dms.records.protection.reading import Way, note_readings
from dms.records.relations.relating import relations_of
from frontend.asked import whole_number
from frontend.deriving import derived_rows, made_lately
from frontend.people import actor_of, document_or_404
from frontend.taking import REFUSED, refusal_in_words
from frontend.views.settling import way_back
from ingest.deriving import may_derive, why_not_apart
from ingest.merging import MOST_DOCUMENTS, documents_merge


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest) -> HttpResponse:
    """What stands in the form after a refusal stays there."""
    documents = _chosen(request)
    if not documents:
        messages.info(
            request, _("Bitte in der Liste mindestens zwei Dokumente ankreuzen und dann „Zusammenfügen“ wählen.")
        )
        return redirect(way_back(request, request.GET.get("back", "")))
    back = _place_of(documents[0])
    problem = ""
    if request.method == "POST":
        problem = _refusal(request, documents)
        if not problem:
            messages.success(
                request,
                _("Das neue Dokument ist angenommen und wird gelesen. Die zusammengefügten bleiben, wie sie sind."),
            )
            return redirect(back)
    context = {
        "nav": "dossiers",
        "rows": [_row(request, document) for document in documents],
        "problem": problem,
        "back": back,
        "once": request.POST.get("once") or str(uuid4()),
        "comment": request.POST.get("comment", ""),
        "longest_comment": LONGEST_COMMENT,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return render(request, "frontend/versions/merge.html", context, status=status)


@require_safe
def progress(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The notice alone, for the page that asks every few seconds."""
    found, actor = document_or_404(request, document_id), actor_of(request)
    made = made_lately(actor, relations_of(actor, found), now=timezone.now())
    context = {"document": found, "derived": derived_rows(actor, found), "made": made, "asks": True}
    return render(request, "frontend/versions/derived.html", context)


def _chosen(request: HttpRequest) -> list[Document]:
    """In the order that the form asks for, else from the oldest to the newest. Raises Http404, PurposeNeeded."""
    given = request.POST if request.method == "POST" else request.GET
    try:
        keys = list(dict.fromkeys(UUID(value) for value in given.getlist("document")[:MOST_DOCUMENTS]))
    except ValueError:
        raise Http404 from None
    seen = Document.objects.visible_to(actor_of(request)).select_related("dossier", "case")
    found = list(seen.filter(pk__in=keys).order_by("received_at", "item_id", "part"))
    if len(found) != len(keys):
        raise Http404
    note_readings(actor_of(request), found, Way.PART)
    places = {one.pk: whole_number(given.get(f"place-{one.pk}")) for one in found}
    return sorted(found, key=lambda one: places[one.pk] or 0)


def _row(request: HttpRequest, document: Document) -> dict[str, Any]:
    version = version_of(document)
    fits = version is not None and may_derive(actor_of(request), document, version, timezone.now())
    trouble = why_not_apart(version) if version else _("Das Dokument hat keine Seiten.")
    why = (
        "" if fits else trouble or _("Es fehlt das Recht, jemand hat es ausgecheckt, oder die Akte ist abgeschlossen.")
    )
    return {"document": document, "version": version, "why_not": why}


def _refusal(request: HttpRequest, documents: list[Document]) -> str:
    """Empty when it is done."""
    try:
        documents_merge(
            actor_of(request),
            documents,
            comment=request.POST.get("comment", ""),
            once=request.POST.get("once") or None,
            clock=SystemClock(),
        )
    except REFUSED as refusal:
        return refusal_in_words(refusal)
    except ObjectStoreError:
        return _("Die Ablage der Dateien antwortet gerade nicht. Bitte in einigen Minuten noch einmal versuchen.")
    return ""


def _place_of(document: Document) -> str:
    if document.case_id:
        return f"{reverse('dossier', args=[document.dossier_id])}#case-{document.case_id}"
    return reverse("dossier", args=[document.dossier_id]) if document.dossier_id else reverse("inbox")
