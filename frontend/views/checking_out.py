"""A document is checked out on its page, given back, or taken from whoever has it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dms.access.rule import NotAllowed
from dms.audit.lifecycle import NotPossible
from dms.records.documents.checking_out import check_out_break, document_check_out, document_give_back
from dms.records.documents.facts import InvalidFact
from dms.records.models import Document
from frontend.asked import whole_number
from frontend.people import actor_of, document_or_404


@require_POST
def check_out(request: HttpRequest, document_id: UUID) -> HttpResponse:
    now = timezone.now()
    days = whole_number(request.POST.get("days"))
    until = now + timedelta(days=days) if days else None

    def act(found: Document) -> None:
        document_check_out(actor_of(request), found, until=until, now=now)

    return _do(request, document_id, act, _("Das Dokument ist für Sie ausgecheckt."))


@require_POST
def give_back(request: HttpRequest, document_id: UUID) -> HttpResponse:
    def act(found: Document) -> None:
        document_give_back(actor_of(request), found, now=timezone.now())

    return _do(request, document_id, act, _("Das Dokument ist zurückgegeben."))


@require_POST
def break_it(request: HttpRequest, document_id: UUID) -> HttpResponse:
    def act(found: Document) -> None:
        check_out_break(actor_of(request), found, reason=request.POST.get("reason", ""), now=timezone.now())

    return _do(request, document_id, act, _("Das Auschecken ist aufgehoben."))


def _do(request: HttpRequest, document_id: UUID, act: Callable[[Document], None], done: str) -> HttpResponse:
    found = document_or_404(request, document_id)
    try:
        act(found)
    except NotAllowed:
        messages.error(request, _("Dafür fehlt Ihnen das Recht."))
    except (NotPossible, InvalidFact) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("document", document_id)
