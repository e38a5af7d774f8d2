"""Two versions of a document, or its state at two moments, side by side: what changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from dms.access.actors import actor_in_words
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.records.documents.comparing import Comparison, Side, compare, side_at, side_of_version
from dms.records.models import Document, DocumentVersion
from frontend.asked import whole_number
from frontend.comparing import page_heading, told_differences
from frontend.people import actor_of, document_or_404


@require_safe
def comparison(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """`left` and `right` are numbers of versions; `left_at` and `right_at`, where they are given, moments."""
    found = document_or_404(request, document_id)
    may_look_back = can(actor_of(request), Permission.HISTORY_VIEW, found)
    numbers = {
        "left": whole_number(request.GET.get("left")) or max(found.version_number - 1, 1),
        "right": whole_number(request.GET.get("right")) or found.version_number,
    }
    moments = {name: _moment(request.GET.get(f"{name}_at", "")) if may_look_back else None for name in numbers}
    before, after = (_side(found, numbers[name], moments[name]) for name in numbers)
    context: dict[str, Any] = {
        "document": found,
        "versions": DocumentVersion.objects.filter(document=found).select_related("document").order_by("-number"),
        "numbers": numbers,
        "moments": moments,
        "may_look_back": may_look_back,
        "missing": not before or not after,
    }
    if before and after:
        context |= _told(compare(before, after))
    return render(request, "frontend/versions/comparison.html", context)


def _side(document: Document, number: int, moment: datetime | None) -> Side | None:
    return side_at(document, moment) if moment else side_of_version(document, number)


def _told(found: Comparison) -> dict[str, Any]:
    return {
        "sides": [(side, actor_in_words(side.version.handed_in_by)) for side in (found.before, found.after)],
        "differences": list(told_differences(found.fields)),
        "pages": [(page_heading(page), page.lines) for page in found.pages],
        "too_long": found.too_long,
    }


def _moment(typed: str) -> datetime | None:
    """What is no moment is left out."""
    try:
        read = parse_datetime(typed.strip())
        return timezone.make_aware(read) if read and timezone.is_naive(read) else read
    except (ValueError, OverflowError):
        return None
