"""What people do with the cases of a dossier, each on a small page of its own that leads back to the dossier."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.cases import case_actions, case_close, case_describe, case_open, case_reopen
from dms.records.dossiers.keeping import dossier_actions
from dms.records.dossiers.models import Case, CaseVerb, DossierVerb
from dms.records.meanwhile import state_digest
from frontend.forms.dossiers import CaseForm
from frontend.people import actor_of, opened_or_404
from frontend.views.dossiers import LONGEST_REASON, dossier_or_404, form_page


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    dossier = dossier_or_404(request, dossier_id)
    if DossierVerb.OPEN_CASE not in dossier_actions(actor_of(request), dossier):
        raise Http404
    form = CaseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = case_open(actor_of(request), dossier, form.facts(), now=timezone.now())
        except InvalidFact as error:
            form.refuse(error)
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Der Vorgang {number} ist angelegt.").format(number=made.reference_number))
            return redirect("dossier", dossier.pk)
    return form_page(request, form, heading=_("Neuer Vorgang in „{what}“").format(what=dossier), dossier=dossier)


@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = _case_for(request, case_id, CaseVerb.DESCRIBE)
    initial = {"title": case.title, "description": case.description}
    form = CaseForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            case_describe(actor_of(request), case, form.facts(), expected=request.POST.get("expected") or None)
        except InvalidFact as error:
            form.refuse(error)
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Gespeichert."))
            return redirect("dossier", case.dossier_id)
    heading = _("„{what}“ beschreiben").format(what=case)
    return form_page(request, form, heading=heading, dossier=case.dossier, expected=state_digest(case))


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = _case_for(request, case_id, CaseVerb.CLOSE)
    if request.method == "POST":
        try:
            case_close(actor_of(request), case, now=timezone.now(), expected=request.POST.get("expected") or None)
        except NotPossible as refusal:
            messages.error(request, str(refusal))
        else:
            text = _("Der Vorgang {number} ist abgeschlossen.")
            messages.success(request, text.format(number=case.reference_number))
        return redirect("dossier", case.dossier_id)
    return _asks(request, case, "close_case")


@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = _case_for(request, case_id, CaseVerb.REOPEN)
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    if request.method == "POST" and reason:
        expected = request.POST.get("expected") or None
        try:
            case_reopen(actor_of(request), case, now=timezone.now(), reason=reason, expected=expected)
        except NotPossible as refusal:
            messages.error(request, str(refusal))
        else:
            text = _("Der Vorgang {number} ist wieder offen.")
            messages.success(request, text.format(number=case.reference_number))
        return redirect("dossier", case.dossier_id)
    return _asks(request, case, "reopen_case", needs_reason=True)


def case_or_404(request: HttpRequest, case_id: UUID) -> Case:
    """With its dossier; as `opened_or_404`."""
    cases = Case.objects.visible_to(actor_of(request)).select_related("dossier")
    return cast(Case, opened_or_404(request, cases, case_id))


def _case_for(request: HttpRequest, case_id: UUID, verb: CaseVerb) -> Case:
    """404 too where the person can do nothing with it."""
    case = case_or_404(request, case_id)
    if verb not in case_actions(actor_of(request), case):
        raise Http404
    return case


def _asks(request: HttpRequest, case: Case, verb: str, *, needs_reason: bool = False) -> HttpResponse:
    context = {
        "nav": "dossiers", "dossier": case.dossier, "case": case, "verb": verb, "expected": state_digest(case),
        "longest": LONGEST_REASON, "needs_reason": needs_reason, "reason_missing": request.method == "POST",
    }  # fmt: skip
    return render(request, "frontend/dossiers/act.html", context)
