"""Pages of a document are turned, reordered, removed and taken apart on a page of its own; and an earlier version is
taken again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from dms.adapters.chosen import SystemClock
from dms.ports import ObjectStoreError
from dms.records.documents.versions import LONGEST_COMMENT, version_of
from dms.records.meanwhile import state_digest
from dms.records.models import Document, Page
from frontend.asked import whole_number
from frontend.people import actor_of, document_or_404, version_or_404
from frontend.taking import REFUSED, refusal_in_words
from frontend.views.uploads import say_not_stored
from ingest.deriving import may_derive, why_not_apart
from ingest.page_tools import TURNS, may_change_pages, pages_change, version_restore, why_pages_are_fixed
from ingest.reading.page_assembly import PickedPage
from ingest.splitting import document_split


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """What stands in the form after a refusal stays there."""
    found = document_or_404(request, document_id)
    act = _split if request.POST.get("do") == "split" else _change
    if request.method == "POST" and _done(request, found, act):
        return redirect("document", document_id)
    version = version_or_404(request, found)
    pages = Page.objects.filter(version=version).only("number", "width", "height", "version").order_by("number")
    context: dict[str, Any] = {
        "document": found,
        "version": version,
        "expected": request.POST.get("expected") or state_digest(found),
        "fixed": why_pages_are_fixed(version),
        "why_not_apart": why_not_apart(version),
        "may_split": may_derive(actor_of(request), found, version, timezone.now()),
        "once": request.POST.get("once") or str(uuid4()),
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
        "starts": f"starts-{name}" in request.POST,
    }


def _change(request: HttpRequest, document: Document) -> str:
    pages_change(
        actor_of(request),
        document,
        _picked(request, document),
        comment=request.POST.get("comment", ""),
        signature_may_go="signature_may_go" in request.POST,
        expected=request.POST.get("expected") or None,
        clock=SystemClock(),
    )
    return _("Die neue Version ist angenommen und wird gelesen.")


def _split(request: HttpRequest, document: Document) -> str:
    parts: list[list[PickedPage]] = [[]]
    for picked in _in_order(request, document):
        if parts[-1] and f"starts-{picked.number}" in request.POST:
            parts.append([])
        if f"gone-{picked.number}" not in request.POST:
            parts[-1].append(picked)
    receipts = document_split(
        actor_of(request),
        document,
        [part for part in parts if part],
        comment=request.POST.get("comment", ""),
        once=request.POST.get("once") or None,
        expected=request.POST.get("expected") or None,
        clock=SystemClock(),
    )
    text = ngettext(
        "%(count)d neues Dokument ist angenommen und wird gelesen. Dieses hier bleibt, wie es ist.",
        "%(count)d neue Dokumente sind angenommen und werden gelesen. Dieses hier bleibt, wie es ist.",
        len(receipts),
    )
    return text % {"count": len(receipts)}


def _picked(request: HttpRequest, document: Document) -> list[PickedPage]:
    """The pages that stay, in the order that the form asks for."""
    return [picked for picked in _in_order(request, document) if f"gone-{picked.number}" not in request.POST]


def _in_order(request: HttpRequest, document: Document) -> list[PickedPage]:
    version = version_of(document)
    asked = [_asked(request, number) for number in range(1, (version.page_count if version else 0) + 1)]
    return [picked for _place, picked in sorted(asked, key=lambda one: (one[0], one[1].number))]


def _asked(request: HttpRequest, number: int) -> tuple[int, PickedPage]:
    turn = whole_number(request.POST.get(f"turn-{number}")) or 0
    return whole_number(request.POST.get(f"place-{number}")) or number, PickedPage(number, turn)


def _restore(request: HttpRequest, document: Document) -> str:
    number = whole_number(request.POST.get("version")) or 0
    expected = request.POST.get("expected") or None
    version_restore(actor_of(request), document, number, expected=expected, clock=SystemClock())
    return _("Die neue Version ist angenommen und wird gelesen.")


def _done(request: HttpRequest, document: Document, act: Callable[[HttpRequest, Document], str]) -> bool:
    """Tells the person what became of it."""
    try:
        told = act(request, document)
    except REFUSED as refusal:
        messages.error(request, refusal_in_words(refusal))
    except ObjectStoreError:
        say_not_stored(request, document.title)
    else:
        messages.success(request, told)
        return True
    return False
