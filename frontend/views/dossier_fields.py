"""Which fields the form of a dossier asks: those of the kind that is chosen, also while somebody is choosing."""

from __future__ import annotations

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST

from dms.access.permissions import Permission
from dms.records.dossiers.entries import entries_meant
from dms.records.dossiers.kinds import default_kind
from dms.records.dossiers.models import Dossier
from dms.records.fields.filling import filled_of
from dms.records.fields.keeping import sees_kinds
from dms.records.fields.models import DossierKind
from frontend.forms.dossiers import AS_PLANNED, DossierForm, NewDossierForm, kind_named
from frontend.forms.fields import keep_typed
from frontend.people import actor_of, may_anywhere, opened_or_404


@require_POST
def fields(request: HttpRequest) -> HttpResponse:
    """The fields alone, for a form in which a kind or a plan entry was just chosen; what was typed stays.

    Nothing is sent where they stay the same: somebody may be typing in them.
    """
    if not may_anywhere(request, Permission.DOSSIER_KEEP) or not sees_kinds(actor_of(request)):
        raise Http404
    dossier = _dossier(request)
    kind = _kind_said(request, request.POST)
    if request.POST.get("fields_of") == (str(kind.pk) if kind else ""):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    filled = filled_of(dossier) if dossier else None
    form = DossierForm(filled=filled, kind=kind, dossier=dossier.pk if dossier else None)
    keep_typed(form, request.POST)
    return render(request, "frontend/dossiers/fields.html", {"form": form})


def new_form(request: HttpRequest) -> NewDossierForm:
    """As it is shown first, or as it was sent: with the fields that were shown then."""
    actor = actor_of(request)
    if request.method == "POST":
        return NewDossierForm(actor, request.POST, kind=kind_named(request.POST.get("fields_of", "")))
    entry = request.GET.get("entry", "")[:400]
    planned = _kind_said(request, {"plan_entry": entry, "kind": AS_PLANNED}) if entry else None
    return NewDossierForm(actor, initial={"plan_entry": entry}, kind=planned)


def with_fields(request: HttpRequest, form: DossierForm, dossier: Dossier | None = None) -> DossierForm:
    """The same with the fields of the kind that was chosen, to be filled in; nothing is judged yet."""
    kind = form.kind_chosen()
    if dossier is None:
        shown: DossierForm = NewDossierForm(actor_of(request), kind=kind)
    else:
        shown = DossierForm(filled=filled_of(dossier), kind=kind, dossier=dossier.pk)
    keep_typed(shown, request.POST)
    if request.POST.get("chosen_entry"):
        shown.initial["plan_entry"] = request.POST["chosen_entry"]
    shown.initial["kind"] = kind.pk if kind else ""
    return shown


def _kind_said(request: HttpRequest, said: QueryDict | dict[str, str]) -> DossierKind | None:
    if said.get("kind") != AS_PLANNED:
        return kind_named(said.get("kind") or "")
    meant = entries_meant(actor_of(request), (said.get("plan_entry") or "")[:400])
    return default_kind(meant.entry) if meant.entry else None


def _dossier(request: HttpRequest) -> Dossier | None:
    """Of the form, if it is about one that is there; what may not be seen lends no values. Raises PurposeNeeded."""
    try:
        found: Dossier = opened_or_404(
            request, Dossier.objects.visible_to(actor_of(request)), request.POST.get("dossier", "")
        )
    except Http404:
        return None
    return found
