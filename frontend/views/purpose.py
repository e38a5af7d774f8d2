"""Asks what somebody reads a sensitive dossier for, once in a session and dossier."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from dms.records.models import Dossier
from dms.records.protection.reading import LONGEST_PURPOSE, SESSION_KEY
from dms.records.protection.sensitivity import protections
from frontend.people import actor_of


class PurposeForm(forms.Form):
    purpose = forms.CharField(
        label=gettext_lazy("Wozu lesen Sie diese Akte?"), max_length=LONGEST_PURPOSE,
        help_text=gettext_lazy("Etwa „Antrag auf Elternzeit bearbeiten“; gilt für diese Akte, bis Sie sich abmelden."),
        widget=forms.TextInput({"autocomplete": "off", "autofocus": True}),
        error_messages={"required": gettext_lazy("Bitte den Zweck angeben; ohne ihn bleibt die Akte zu.")},
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def purpose(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    found = cast(Dossier, get_object_or_404(Dossier.objects.visible_to(actor_of(request)), pk=dossier_id))
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = request.session.get(SESSION_KEY, {})
        request.session[SESSION_KEY] = {**said, str(found.pk): form.cleaned_data["purpose"]}
        return redirect(_next(request) or reverse("dossier", args=[found.pk]))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"nav": "dossiers", "dossier": found, "form": form, "protection": protections([found.pk]).get(found.pk)}
    return render(request, "frontend/protection/purpose.html", context, status=status)


def _next(request: HttpRequest) -> str:
    """Where the person wanted to go; never another host."""
    wanted = request.GET.get("next", "")
    known = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if known else ""
