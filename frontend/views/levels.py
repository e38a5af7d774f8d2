"""How secret a dossier or document is: raised and lowered here, with a reason."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dms.access.levels import Level
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.models import Document, Dossier
from dms.records.protection.levels import document_set_level, dossier_set_level, levels_offered
from frontend.forms.protection import LevelForm
from frontend.people import actor_of, document_or_404
from frontend.views.dossiers import dossier_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_level(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    return _level(request, dossier_or_404(request, dossier_id, None), dossier_set_level)


@require_http_methods(["GET", "HEAD", "POST"])
def document_level(request: HttpRequest, document_id: UUID) -> HttpResponse:
    return _level(request, document_or_404(request, document_id, None), document_set_level)


def _level(request: HttpRequest, found: Dossier | Document, service: Callable[..., Any]) -> HttpResponse:
    actor = actor_of(request)
    offered = levels_offered(actor, found)
    if not offered:
        raise Http404
    form = LevelForm(offered, request.POST if request.method == "POST" else None)
    back = reverse("dossier" if isinstance(found, Dossier) else "document", args=[found.pk])
    if request.method == "POST" and form.is_valid():
        level = Level(form.cleaned_data["level"])
        try:
            service(actor, found, level, reason=form.cleaned_data["reason"])
        except InvalidFact as error:
            form.refuse(error)
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        else:
            text = _("Heraufgesetzt auf „{level}“.") if level > found.level else _("Herabgesetzt auf „{level}“.")
            messages.success(request, text.format(level=level.label))
            return redirect(back)
    context = {
        "nav": "dossiers", "found": found, "form": form, "back": back, "now": Level(found.level).label,
        "is_dossier": isinstance(found, Dossier),
    }  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "frontend/protection/level.html", context, status=status)
