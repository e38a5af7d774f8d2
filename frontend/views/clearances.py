"""Who is cleared for what is secret; given and withdrawn by whoever is responsible for secrecy, never for oneself."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dms.access.actors import actor_in_words
from dms.access.levels import Level
from dms.access.models import Clearance, User
from dms.accounts.clearances import clearance_give, clearance_withdraw, may_give_clearances
from dms.audit.lifecycle import NotPossible
from frontend.forms.protection import ClearanceForm
from frontend.forms.rights import ReasonForm
from frontend.people import actor_of


@require_http_methods(["GET", "HEAD", "POST"])
def clearances(request: HttpRequest) -> HttpResponse:
    _require(request)
    form = ClearanceForm(request.POST if request.method == "POST" else None)

    def give() -> None:
        asked = form.cleaned_data
        level = Level(asked["level"])
        clearance_give(actor_of(request), asked["who"], level, reason=asked["reason"], valid_to=asked["valid_to"])

    if request.method == "POST" and form.is_valid() and _taken(form, give):
        messages.success(request, _("Die Ermächtigung gilt ab sofort."))
        return redirect("clearances")
    held = Clearance.objects.select_related("user").order_by("user__username")
    context = {
        "nav": "account", "form": form, "held": [(one, actor_in_words(one.given_by)) for one in held],
        "people": User.objects.filter(is_active=True).order_by("username").values_list("username", flat=True),
    }  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "frontend/protection/clearances.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, clearance_id: int) -> HttpResponse:
    """Asks first."""
    _require(request)
    held = get_object_or_404(Clearance.objects.select_related("user"), pk=clearance_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        clearance_withdraw(actor_of(request), held.user, reason=form.cleaned_data["reason"])

    if request.method == "POST" and form.is_valid() and _taken(form, act):
        messages.success(request, _("Die Ermächtigung ist entzogen; es gilt ab sofort."))
        return redirect("clearances")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"nav": "account", "form": form, "held": held}
    return render(request, "frontend/protection/withdraw.html", context, status=status)


def _require(request: HttpRequest) -> None:
    if not may_give_clearances(actor_of(request)):
        raise Http404


def _taken(form: Any, service: Callable[[], None]) -> bool:
    """False when the service refused; the form says why."""
    try:
        service()
    except NotPossible as refusal:
        form.add_error(None, str(refusal))
        return False
    return True
