"""What people do with the volumes of a dossier and with its paper, each on a small page that leads back to it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dms.audit.lifecycle import NotPossible
from dms.records.dossiers.models import Case, Dossier
from dms.records.holdings.keeping import (
    may_open_volume,
    put_into_volume,
    volume_actions,
    volume_close,
    volume_describe,
    volume_open,
    volume_reopen,
)
from dms.records.holdings.lending import may_lend, paper_lend, paper_return
from dms.records.holdings.models import Volume, VolumeVerb
from dms.records.meanwhile import state_digest
from dms.records.models import Document
from dms.records.opening import loans_seen, volumes_seen
from frontend.forms.holdings import FillForm, LendForm, VolumeForm
from frontend.people import actor_of, opened_or_404
from frontend.views.dossiers import LONGEST_REASON, dossier_or_404, form_page
from frontend.views.parties import taken


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    dossier = dossier_or_404(request, dossier_id)
    if not may_open_volume(actor_of(request), dossier):
        raise Http404
    form = VolumeForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        made = volume_open(actor_of(request), dossier, form.facts(), now=timezone.now())
        messages.success(request, _("„{what}“ ist angelegt.").format(what=made))

    if request.method == "POST" and form.is_valid() and taken(form, act):
        return redirect("dossier", dossier.pk)
    return form_page(request, form, heading=_("Neuer Band in „{what}“").format(what=dossier), dossier=dossier)


@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: HttpRequest, volume_id: UUID) -> HttpResponse:
    volume = _volume_for(request, volume_id, VolumeVerb.DESCRIBE)
    form = VolumeForm.of(volume, request.POST if request.method == "POST" else None)

    def act() -> None:
        volume_describe(actor_of(request), volume, form.facts(), expected=request.POST.get("expected") or None)

    if request.method == "POST" and form.is_valid() and taken(form, act):
        messages.success(request, _("Gespeichert."))
        return redirect("dossier", volume.dossier_id)
    heading = _("„{what}“ beschreiben").format(what=volume)
    return form_page(request, form, heading=heading, dossier=volume.dossier, expected=state_digest(volume))


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, volume_id: UUID) -> HttpResponse:
    volume = _volume_for(request, volume_id, VolumeVerb.CLOSE)

    def act(_reason: str, expected: str | None) -> None:
        volume_close(actor_of(request), volume, now=timezone.now(), expected=expected)

    return _asked(request, volume, act)


@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, volume_id: UUID) -> HttpResponse:
    volume = _volume_for(request, volume_id, VolumeVerb.REOPEN)

    def act(reason: str, expected: str | None) -> None:
        volume_reopen(actor_of(request), volume, reason=reason, expected=expected)

    return _asked(request, volume, act, needs_reason=True)


@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """`case` or `document` says what goes into the chosen volume, or out of its own."""
    dossier, actor = dossier_or_404(request, dossier_id), actor_of(request)
    if not may_open_volume(actor, dossier):
        raise Http404
    thing = _thing_asked(request, dossier)
    form = FillForm(dossier, request.POST if request.method == "POST" else None, initial={"volume": thing.volume_id})

    def act() -> None:
        put_into_volume(actor, dossier, form.cleaned_data["volume"], [thing], now=timezone.now())

    if request.method == "POST" and form.is_valid() and taken(form, act):
        messages.success(request, _("Gespeichert."))
        return redirect("dossier", dossier.pk)
    heading = _("In welchem Band liegt „{what}“?").format(what=thing)
    return form_page(request, form, heading=heading, dossier=dossier, expected="")


@require_http_methods(["GET", "HEAD", "POST"])
def lend(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    dossier, actor = dossier_or_404(request, dossier_id), actor_of(request)
    if not may_lend(actor, dossier):
        raise Http404
    form = LendForm(
        dossier, request.POST if request.method == "POST" else None, initial={"volume": request.GET.get("volume", "")}
    )

    def act() -> None:
        given = form.cleaned_data
        paper_lend(actor, dossier, given["volume"], given["borrower"], now=timezone.now(), due=given["due"])

    if request.method == "POST" and form.is_valid() and taken(form, act):
        messages.success(request, _("Ausgeliehen an {who}.").format(who=form.cleaned_data["borrower"]))
        return redirect("dossier", dossier.pk)
    heading = _("Papier von „{what}“ ausleihen").format(what=dossier)
    return form_page(request, form, heading=heading, dossier=dossier, expected="")


@require_POST
def give_back(request: HttpRequest, loan_id: UUID) -> HttpResponse:
    """One click: nothing is lost by it, and who had it stays in the history."""
    loan = opened_or_404(request, loans_seen(actor_of(request)), loan_id)
    dossier = loan.dossier
    if not may_lend(actor_of(request), dossier):
        raise Http404
    try:
        paper_return(actor_of(request), loan, now=timezone.now())
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Zurück von {who}.").format(who=loan.borrower))
    return redirect("dossier", dossier.pk)


def _volume_for(request: HttpRequest, volume_id: UUID, verb: VolumeVerb) -> Volume:
    """404 too where the person can do nothing of that kind with it."""
    volume = opened_or_404(request, volumes_seen(actor_of(request)), volume_id)
    if verb not in volume_actions(actor_of(request), volume):
        raise Http404
    return volume


def _thing_asked(request: HttpRequest, dossier: Dossier) -> Case | Document:
    actor, name = actor_of(request), "case" if "case" in request.GET else "document"
    found = Case.objects.visible_to(actor) if name == "case" else Document.objects.visible_to(actor)
    thing: Case | Document = opened_or_404(request, found.filter(dossier=dossier), request.GET.get(name, ""))
    return thing


def _asked(
    request: HttpRequest, volume: Volume, act: Callable[[str, str | None], None], *, needs_reason: bool = False
) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    if request.method == "POST" and (reason or not needs_reason):
        try:
            act(reason, request.POST.get("expected") or None)
        except NotPossible as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Gespeichert."))
        return redirect("dossier", volume.dossier_id)
    context = {
        "nav": "dossiers", "volume": volume, "needs_reason": needs_reason, "reason_missing": request.method == "POST",
        "expected": state_digest(volume), "longest": LONGEST_REASON,
    }  # fmt: skip
    return render(request, "frontend/holdings/act.html", context)
