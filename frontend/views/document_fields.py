"""A person fills in the fields of a document's kind on its page."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from dms.audit.lifecycle import NotPossible
from dms.records.documents.corrections import document_correct
from dms.records.fields.filling import InvalidFields
from dms.records.models import Document
from frontend.forms.fields import document_form, entered_in, refuse_fields
from frontend.people import actor_of, document_or_404
from frontend.saved import changed_meanwhile
from frontend.views.corrections import answer, do, expected_in
from frontend.views.document import details_context, page_context


@require_POST
def fields(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """All of them at once. What was refused stays as it was typed, with the reason beside it."""
    form = document_form(document_or_404(request, document_id), request.POST)
    form.full_clean()

    def act(found: Document) -> Document:
        return document_correct(
            actor_of(request), found, {"fields": entered_in(form)}, expected=expected_in(request)
        )  # fmt: skip

    try:
        return answer(request, *do(request, document_id, act))
    except InvalidFields as error:
        refuse_fields(form, error)
    except NotPossible:
        form.add_error(None, changed_meanwhile(request, document_or_404(request, document_id)))
    return _refuse(request, document_id, form)


def _refuse(request: HttpRequest, document_id: UUID, form: forms.Form) -> HttpResponse:
    """To htmx this is an answer like others: browsers note every 4xx."""
    found = document_or_404(request, document_id)
    shown: dict[str, Any] = {"field_form": form, "saved": None}
    if request.headers.get("HX-Request"):
        return render(request, "frontend/document_changed.html", {**details_context(request, found), **shown})
    context = {**page_context(request, found), **shown}
    return render(request, "frontend/document.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
