"""Pages of a document are turned, reordered and removed on a page of its own; and an earlier version is taken again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dms.access.rule import NotAllowed
from dms.adapters.chosen import SystemClock
from dms.audit.lifecycle import NotPossible
from dms.ports import ObjectStoreError
from dms.records.documents.facts import InvalidFact
from dms.records.documents.versions import LONGEST_COMMENT, version_of
from dms.records.meanwhile import state_digest
from dms.records.models import Document, Page
from frontend.asked import whole_number
from frontend.people import actor_of, document_or_404, version_or_404
from frontend.views.uploads import say_not_stored
from ingest.page_tools import TURNS, may_change_pages, pages_change, version_restore, why_pages_are_fixed
from ingest.reading.page_assembly import PickedPage


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """What stands in the form after a refusal stays there."""
    found = document_or_404(request, document_id)
    if request.method == "POST" and _done(request, found, _change):
        return redirect("document", document_id)
    version = version_or_404(request, found)
    pages = Page.objects.filter(version=version).only("number", "width", "height", "version").order_by("number")
    context: dict[str, Any] = {
        "document": found,
        "version": version,
        "expected": request.POST.get("expected") or state_digest(found),
        "fixed": why_pages_are_fixed(version),
        "may_change": may_change_pages(actor_of(request), found, version, SystemClock()),
        "rows": sorted((_row(request, page) for page in pages), key=lambda row: (row["place"], row["number"])),
        "turns": TURNS,
        "longest_comment": LONGEST_COMMENT,
        "comment": request.POST.get("comment", ""),
    }
    return render(request, "frontend/versions/edit_pages.html", context)


@require_POST
def restore(request: HttpRequest, document_id: UUID) -> HttpResponse:
    found = document_or_404(request, document_id)
    _done(request, found, _restore)
    return redirect("document", document_id)


def _row(request: HttpRequest, page: Page) -> dict[str, Any]:
    name = str(page.number)
    return {
        "number": page.number,
        "place": whole_number(request.POST.get(f"place-{name}")) or page.number,
        "turn": whole_number(request.POST.get(f"turn-{name}")) or 0,
        "gone": f"gone-{name}" in request.POST,
    }


def _change(request: HttpRequest, document: Document) -> None:
    version = version_of(document)
    count = version.page_count if version else 0
    asked = [_asked(request, number) for number in range(1, count + 1) if f"gone-{number}" not in request.POST]
    pages_change(
        actor_of(request),
        document,
        [picked for _place, picked in sorted(asked, key=lambda one: (one[0], one[1].number))],
        comment=request.POST.get("comment", ""),
        signature_may_go="signature_may_go" in request.POST,
        expected=request.POST.get("expected") or None,
        clock=SystemClock(),
    )


def _asked(request: HttpRequest, number: int) -> tuple[int, PickedPage]:
    turn = whole_number(request.POST.get(f"turn-{number}")) or 0
    return whole_number(request.POST.get(f"place-{number}")) or number, PickedPage(number, turn)


def _restore(request: HttpRequest, document: Document) -> None:
    number = whole_number(request.POST.get("version")) or 0
    expected = request.POST.get("expected") or None
    version_restore(actor_of(request), document, number, expected=expected, clock=SystemClock())


def _done(request: HttpRequest, document: Document, act: Callable[[HttpRequest, Document], None]) -> bool:
    """Tells the person what became of it."""
    try:
        act(request, document)
    except NotAllowed:
        messages.error(request, _("Dafür fehlt Ihnen das Recht."))
    except (NotPossible, InvalidFact) as refusal:
        messages.error(request, str(refusal))
    except ObjectStoreError:
        say_not_stored(request, document.title)
    else:
        messages.success(request, _("Die neue Version ist angenommen und wird gelesen."))
        return True
    return False
