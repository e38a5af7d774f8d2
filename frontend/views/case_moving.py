"""Moves a case into another dossier: first that is looked for, then one click moves it."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dms.access.permissions import Permission
from dms.access.rule import within_sight
from dms.audit.lifecycle import NotPossible
from dms.records.dossiers.models import Case, Dossier, FileState
from dms.records.dossiers.moving import case_move, may_move
from dms.records.dossiers.queries import DossierQuerySet
from dms.records.meanwhile import state_digest
from frontend.people import actor_of, opened_or_404
from frontend.views.cases import case_or_404
from frontend.views.dossiers import LONGEST_REASON

MOST = 20


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = case_or_404(request, case_id)
    if not may_move(actor_of(request), case):
        raise Http404
    if request.method == "POST":
        return _moved(request, case)
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    found = list(_targets(request, case).matching(words, actor_of(request))[:MOST]) if words else []
    return _page(request, case, words=words, found=found)


def _moved(request: HttpRequest, case: Case) -> HttpResponse:
    target = opened_or_404(request, _targets(request, case), request.POST.get("target", ""))
    reason, expected = request.POST.get("reason", "").strip()[:LONGEST_REASON], request.POST.get("expected") or None
    try:
        moved = case_move(actor_of(request), case, target, now=timezone.now(), reason=reason, expected=expected)
    except NotPossible as refusal:
        return _page(request, case, problem=str(refusal), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    text = _("Der Vorgang heißt jetzt {number} und liegt in „{dossier}“.")
    messages.success(request, text.format(number=moved.reference_number, dossier=target))
    return redirect("dossier", target.pk)


def _targets(request: HttpRequest, case: Case) -> DossierQuerySet:
    """Open dossiers where the person may keep cases, and file."""
    actor = actor_of(request)
    seen: DossierQuerySet = Dossier.objects.visible_to(actor).filter(state=FileState.OPEN).exclude(pk=case.dossier_id)
    for permission in (Permission.DOSSIER_KEEP, Permission.DOCUMENT_FILE):
        seen = seen.filter(within_sight(Dossier, actor, permission))
    return seen


def _page(
    request: HttpRequest, case: Case, *, status: HTTPStatus = HTTPStatus.OK, **more: object
) -> HttpResponse:  # fmt: skip
    context = {"nav": "dossiers", "case": case, "expected": state_digest(case), "longest": LONGEST_REASON}
    return render(request, "frontend/dossiers/move_case.html", {**context, **more}, status=status)
