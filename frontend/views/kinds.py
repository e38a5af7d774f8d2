"""The pages on which the registry keeps the kinds of dossiers and documents, with their fields and former versions."""

from __future__ import annotations

from http import HTTPStatus
from itertools import zip_longest
from typing import Any, cast

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dms.access.actors import actor_in_words
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.fields.changing import differences_between
from dms.records.fields.keeping import (
    Kind,
    current_version,
    kind_change,
    kind_create,
    may_change_kinds,
    versions_of,
)
from dms.records.fields.models import DossierKind
from dms.records.meanwhile import state_digest
from dms.records.models import DocumentKind
from frontend.forms.fields import add_fields
from frontend.forms.kinds import KindForm
from frontend.people import actor_of

SORTS: dict[str, type[DossierKind | DocumentKind]] = {"dossier": DossierKind, "document": DocumentKind}


@require_safe
def kinds(request: HttpRequest) -> HttpResponse:
    refuse_others(request)
    context = {
        "nav": "plan",
        "dossier_kinds": DossierKind.objects.annotate(entries=Count("plan_entries", distinct=True)),
        "document_kinds": DocumentKind.objects.all(),
    }
    return render(request, "frontend/kinds/list.html", context)


@require_safe
def kind(request: HttpRequest, sort: str, slug: str) -> HttpResponse:
    """Its fields as they are, how the form looks, and every version with what it changed."""
    found = kind_or_404(request, sort, slug)
    version = current_version(found)
    context = {
        "nav": "plan", "kind": found, "sort": sort, "version": version, "preview": preview_of(found),
        "versions": list(_told(found)), "entries": found.plan_entries.all() if isinstance(found, DossierKind) else (),
    }  # fmt: skip
    return render(request, "frontend/kinds/kind.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    refuse_others(request)
    form = KindForm.new(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = kind_create(actor_of(request), form.chosen_slug(), form.facts())
        except InvalidFact as error:
            form.refuse(error)
        else:
            messages.success(request, _("Die Aktenart „{label}“ ist angelegt.").format(label=made.label))
            return redirect("kind-fields", "dossier", made.pk)
    return _form_page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """Label, description and state of a dossier kind; those of document kinds come with the product."""
    found = kind_or_404(request, "dossier", slug)
    assert isinstance(found, DossierKind)  # noqa: S101 - by the line above
    form = KindForm.of(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            kind_change(actor_of(request), found, form.facts(), expected=request.POST.get("expected") or None)
        except InvalidFact as error:
            form.refuse(error)
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Gespeichert."))
            return redirect("kind", "dossier", found.pk)
    return _form_page(request, form, kind=found, expected=state_digest(found))


def kind_or_404(request: HttpRequest, sort: str, slug: str) -> Kind:
    refuse_others(request)
    if sort not in SORTS:
        raise Http404
    return cast(Kind, get_object_or_404(SORTS[sort], pk=slug))


def refuse_others(request: HttpRequest) -> None:
    """Raises Http404 for whoever keeps no kinds."""
    if not may_change_kinds(actor_of(request)):
        raise Http404


def preview_of(kind: Kind, fields: Any = None) -> Any:
    """The form as people will see it, with these fields or the present ones."""
    from django import forms

    form, version = forms.Form(prefix="preview"), fields or current_version(kind)
    add_fields(form, version, None)
    return form


def _told(kind: Kind) -> Any:
    """The newest first, each with what it changed."""
    versions = list(versions_of(kind))
    for version, before in zip_longest(versions, versions[1:]):
        changed = differences_between(before.fields if before else (), version.fields)
        yield {"version": version, "who": actor_in_words(version.made_by), "changed": list(changed)}


def _form_page(request: HttpRequest, form: KindForm, **more: Any) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "frontend/kinds/form.html", {"nav": "plan", "form": form, **more}, status=status)
