"""Leads whoever has not said what they read a sensitive dossier for to the form that asks, and then back."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from dms.records.protection.reading import PurposeNeeded

SAFE = {"GET", "HEAD"}


class AskPurpose:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """A page leads to the form; a part of one that is fetched by a script says so in words."""
        if not isinstance(error, PurposeNeeded):
            return None
        dossier = [error.dossier_id]
        back = request.get_full_path() if request.method in SAFE else reverse("dossier", args=dossier)
        form = reverse("dossier-purpose", args=dossier)
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(f"{form}?{urlencode({'next': reverse('dossier', args=dossier)})}")
        if request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate":
            return redirect(f"{form}?{urlencode({'next': back})}")
        return HttpResponse(str(error), status=HTTPStatus.PRECONDITION_REQUIRED, content_type="text/plain")
