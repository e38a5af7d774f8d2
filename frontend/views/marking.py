"""Marks a plan entry or dossier as sensitive, so that each reading of what lies there is noted."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dms.records.documents.facts import InvalidFact
from dms.records.models import Dossier
from dms.records.protection.marking import may_mark, sensitive_mark, sensitive_unmark
from dms.records.protection.sensitivity import SensitiveClass
from frontend.forms.protection import MarkForm
from frontend.people import actor_of
from frontend.views.nodes import node_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: HttpRequest, **key: UUID) -> HttpResponse:
    node, actor = node_or_404(request, key, may_mark), actor_of(request)
    initial = {"sensitive": node.sensitive, "asks_purpose": node.asks_purpose or ""}
    form = MarkForm(request.POST if request.method == "POST" else None, initial=initial)
    back = reverse("dossier" if isinstance(node, Dossier) else "plan-entry", args=[node.pk])
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            if asked["sensitive"]:
                chosen = SensitiveClass(asked["sensitive"])
                sensitive_mark(actor, node, chosen, asks_purpose=bool(asked["asks_purpose"]), reason=asked["reason"])
            else:
                sensitive_unmark(actor, node, reason=asked["reason"])
        except InvalidFact as error:
            form.refuse(error)
        else:
            messages.success(request, _("Gespeichert; es gilt ab sofort."))
            return redirect(back)
    context = {"nav": "dossiers" if isinstance(node, Dossier) else "plan", "node": node, "form": form, "back": back}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "frontend/protection/mark.html", context, status=status)
