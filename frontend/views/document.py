"""The page of one document: its pictures with the found words, what is known of it, and its kind to be settled."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dms.access.permissions import Permission
from dms.access.rule import NotAllowed, can
from dms.records.documents import document_set_kind
from dms.records.models import Document, DocumentKind, DocumentVersion, ObjectRole, Page
from frontend.asked import Asked, whole_number
from frontend.facets import kind_labels
from frontend.history import history_of
from frontend.neighbours import neighbours_of
from frontend.notices import notices_of
from frontend.page_svg import page_size
from frontend.people import actor_of, current_version_or_404, document_or_404
from frontend.views.pages import sheet_context

NONE_OF_THESE = "-"


@require_safe
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    found = document_or_404(request, document_id)
    version = current_version_or_404(found)
    asked = Asked.read(request.GET)
    pages = list(
        Page.objects.filter(version=version).only("number", "width", "height", "dpi", "version").order_by("number")
    )
    wanted = min(whole_number(request.GET.get("page")) or 1, max(len(pages), 1))
    context = {
        "document": found,
        "version": version,
        "asked": asked,
        "sheets": [_sheet(page, asked, wanted) for page in pages],
        "wanted": wanted,
        "neighbours": neighbours_of(actor_of(request), asked, found, request.GET.get("hit", "")),
        "back": f"{reverse('start')}{asked.address()}",
        **_details(request, found, version),
    }
    return render(request, "frontend/document.html", context)


@require_POST
def set_kind(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Confirms or corrects the kind. With htmx only the panel comes back, so that page and zoom stay where they are."""
    found = document_or_404(request, document_id)
    slug = request.POST.get("kind", "")
    kind = None if slug == NONE_OF_THESE else get_object_or_404(DocumentKind, pk=slug)
    try:
        found = document_set_kind(actor_of(request), found, kind=kind)
    except NotAllowed as error:
        raise Http404 from error
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('document', args=[document_id])}{Asked.read(request.GET).address()}")
    version = current_version_or_404(found)
    context = {"document": found, "saved": _("Gespeichert."), **_details(request, found, version)}
    return render(request, "frontend/kind_panel.html", context)


def _sheet(page: Page, asked: Asked, wanted: int) -> dict[str, Any]:
    """What the page shows before its text and picture are there: an empty sheet of the right shape.

    The wanted page is there at once, so that it can be seen without JavaScript too.
    """
    width, height = page_size(page.width, page.height)
    sheet: dict[str, Any] = {"number": page.number, "width": width, "height": height, "dpi": page.dpi or width // 8}
    if page.number == wanted:
        sheet["content"] = sheet_context(page, asked.text)
    return sheet


def _details(request: HttpRequest, document: Document, version: DocumentVersion) -> dict[str, Any]:
    actor = actor_of(request)
    objects = {stored.role: stored for stored in version.stored_objects.exclude(role=ObjectRole.PAGE_IMAGE)}
    labels = kind_labels()
    related = Document.objects.visible_to(actor)
    return {
        "original": objects.get(ObjectRole.ORIGINAL),
        "rendition": objects.get(ObjectRole.RENDITION),
        "notices": list(notices_of(document, version)),
        "kinds": list(DocumentKind.objects.all()),
        "guess": labels.get(document.kind_guess, "") if document.kind_guess else "",
        "may_classify": can(actor, Permission.DOCUMENT_CLASSIFY, document),
        "parent": related.filter(pk=document.parent_id).first() if document.parent_id else None,
        "attachments": related.filter(parent=document).order_by("part"),
        "page_sources": _sources(version),
        "history": history_of(document, labels) if can(actor, Permission.HISTORY_VIEW, document) else None,
    }


def _sources(version: DocumentVersion) -> list[str]:
    """How the text came about, counted over the pages."""
    words = {"ocr": _("Texterkennung (OCR)"), "text_layer": _("Text der Datei"), "none": _("kein Text")}
    sources = list(Page.objects.filter(version=version).values_list("source", flat=True))
    named = [(words.get(source, source), sources.count(source)) for source in dict.fromkeys(sources)]
    if len(named) < 2:
        return [name for name, _count in named]
    return [_("{name}: {count} Seiten").format(name=name, count=count) for name, count in named]
