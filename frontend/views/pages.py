"""Single pages for the viewer: picture, text and found words as one SVG; where the finds are; and the text alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from dms.pages import PageText
from dms.records.documents.versions import is_former
from dms.records.models import Page
from dms.records.protection.reading import Way
from frontend.asked import Asked
from frontend.page_svg import page_size, svg_finds, svg_lines
from frontend.people import document_or_404, page_or_404, version_or_404
from search.highlight import find_boxes


@require_safe
@cache_control(private=True, max_age=300)
def page(request: HttpRequest, document_id: UUID, number: int) -> HttpResponse:
    """One page as an SVG fragment, with the finds of `?q=`."""
    found = page_or_404(request, document_id, number)
    return render(request, "frontend/sheet.html", sheet_context(found, Asked.read(request.GET).text))


@require_safe
def finds(request: HttpRequest, document_id: UUID) -> JsonResponse:
    """`{"pages": [[page, finds], …]}` for the pages that have any, so that the viewer can count and jump."""
    text = Asked.read(request.GET).text
    version = version_or_404(request, document_or_404(request, document_id))
    pages = Page.objects.filter(version=version).only("number", "lines").order_by("number")
    counted = (
        [(one.number, len(find_boxes(one.page_text, text))) for one in pages.iterator(chunk_size=50)] if text else []
    )
    return JsonResponse({"pages": [pair for pair in counted if pair[1]]})


@require_safe
def text_only(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """All pages as plain text, for screen readers, phones and copying."""
    found = document_or_404(request, document_id, Way.TEXT)
    version = version_or_404(request, found)
    asked = Asked.read(request.GET)
    context = {
        "document": found, "version": version, "is_former": is_former(version), "asked": asked,
        "pages": Page.objects.filter(version=version),
    }  # fmt: skip
    return render(request, "frontend/text_only.html", context)


def sheet_context(page: Page, query_text: str) -> dict[str, Any]:
    width, height = page_size(page.width, page.height)
    text: PageText = page.page_text
    return {
        "document_id": page.version.document_id,
        "version_number": page.version.number,
        "number": page.number,
        "width": width,
        "height": height,
        "has_image": page.image_id is not None,
        "lines": svg_lines(text, width, height),
        "finds": svg_finds(find_boxes(text, query_text), width, height) if query_text else [],
    }
