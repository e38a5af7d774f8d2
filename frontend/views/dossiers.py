"""The pages of one dossier with its cases, and what people do with it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.cases import case_actions
from dms.records.dossiers.entries import entries_meant
from dms.records.dossiers.history import dossier_history
from dms.records.dossiers.keeping import (
    dossier_actions,
    dossier_close,
    dossier_describe,
    dossier_renumber,
    dossier_reopen,
    dossier_use_number,
)
from dms.records.dossiers.kinds import default_kind
from dms.records.dossiers.models import Case, Dossier, DossierVerb, FileState, ReferenceNumber
from dms.records.fields.filling import InvalidFields
from dms.records.fields.telling import fields_shown
from dms.records.holdings.keeping import may_open_volume, volume_actions
from dms.records.holdings.lending import may_lend
from dms.records.holdings.listing import holdings_of
from dms.records.meanwhile import state_digest
from dms.records.models import Document
from dms.records.parties.taking_part import may_change_parties, participations_in
from dms.records.plan.models import PlanEntry
from dms.records.protection.from_the_start import dossier_open_guarded
from dms.records.protection.levels import levels_offered
from dms.records.protection.marking import may_mark
from dms.records.protection.reading import Way
from dms.records.protection.sensitivity import protections
from dms.records.relations.relating import may_relate, relations_of, relations_of_many
from frontend.deriving import derived_rows
from frontend.forms.dossiers import DossierForm, RenumberForm
from frontend.forms.fields import refuse_fields
from frontend.people import actor_of, may_anywhere, opened_or_404
from frontend.views.dossier_fields import new_form, with_fields
from ingest.deriving import may_derive_in

LONGEST_REASON = 500
MOST_EVENTS = 200


@require_safe
def dossier(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    found, actor = dossier_or_404(request, dossier_id, Way.PAGE), actor_of(request)
    cases = list(Case.objects.visible_to(actor).filter(dossier=found).select_related("dossier"))
    entries = PlanEntry.objects.visible_to(actor)
    former = ReferenceNumber.objects.filter(dossier=found, case=None, replaced_at__isnull=False)
    related = relations_of_many(actor, "case", cases)
    documents, parties = _documents(actor, found), participations_in(actor, [found.pk])
    reads = can(actor, Permission.DOSSIER_READ, found)
    asked, fields_before = fields_shown(found) if reads else ([], [])
    context = {
        "nav": "dossiers",
        "dossier": found,
        "documents": documents.get(None, []),
        "reads": reads,
        "sees_documents": can(actor, Permission.DOCUMENT_VIEW, found),
        "may_file": found.state == FileState.OPEN and can(actor, Permission.DOCUMENT_FILE, found),
        "entry": entries.filter(pk=found.plan_entry_id).first(),
        "former": former.order_by("replaced_at"),
        "fields": asked,
        "fields_before": fields_before,
        "cases": [
            (
                case,
                {str(verb): True for verb in case_actions(actor, case)},
                documents.get(case.pk, []),
                parties.get((found.pk, case.pk), []),
                related[case.pk],
            )
            for case in cases
        ],
        "can": {str(verb): True for verb in dossier_actions(actor, found)},
        "parties": parties.get((found.pk, None), []),
        "may_change_parties": may_change_parties(actor, found),
        "enter_at": f"{reverse('participation-add', args=[found.pk])}?" if may_change_parties(actor, found) else "",
        **_volumes(actor, found),
        "relations": relations_of(actor, found),
        "derived": derived_rows(actor, found),
        "may_mark_documents": may_derive_in(actor, found),
        "may_relate": may_relate(actor, found),
        "may_grant": can(actor, Permission.GRANT, found),
        "may_mark": may_mark(actor, found),
        "may_ask_readers": can(actor, Permission.READS_AUDIT, found),
        "protection": protections([found.pk]).get(found.pk),
        "may_set_level": bool(levels_offered(actor, found)),
        "history": dossier_history(found, actor)[:-MOST_EVENTS:-1]
        if can(actor, Permission.HISTORY_VIEW, found)
        else None,
    }
    return render(request, "frontend/dossiers/dossier.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    if not may_anywhere(request, Permission.DOSSIER_KEEP):
        raise Http404
    form = new_form(request)
    if request.method == "POST" and form.is_valid():
        if form.kind_chosen() != form.kind_shown:
            return form_page(request, with_fields(request, form), heading=_("Neue Akte"), asks_anew=True)
        try:
            made = dossier_open_guarded(
                actor_of(request), form.cleaned_data["plan_entry"], form.facts(), form.guard(), now=timezone.now()
            )
        except InvalidFact as error:
            form.refuse(error)
        except InvalidFields as error:
            refuse_fields(form, error)
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        else:
            text = _("Die Akte {number} „{title}“ ist angelegt.")
            messages.success(request, text.format(number=made.reference_number, title=made.title))
            return redirect("dossier", made.pk)
    return form_page(request, form, heading=_("Neue Akte"))


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """The entries that fit what was typed so far, for a form that asks while somebody types."""
    typed = request.GET.get("q", "")[:400]
    return render(request, "frontend/dossiers/entries.html", {"meant": entries_meant(actor_of(request), typed)})


@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    found = _dossier_for(request, dossier_id, DossierVerb.DESCRIBE, DossierVerb.AMEND)
    form = DossierForm.of(found, request.POST if request.method == "POST" else None)
    heading = _("„{what}“ beschreiben").format(what=found)
    if request.method == "POST" and form.is_valid() and form.kind_chosen() != form.kind_shown:
        shown = with_fields(request, form, found)
        return form_page(request, shown, heading=heading, dossier=found, asks_anew=True)

    def act() -> None:
        dossier_describe(actor_of(request), found, form.facts(), expected=request.POST.get("expected") or None)

    if request.method == "POST" and form.is_valid() and _taken(form, act):
        messages.success(request, _("Gespeichert."))
        return redirect("dossier", found.pk)
    return form_page(request, form, heading=heading, dossier=found)


@require_http_methods(["GET", "HEAD", "POST"])
def renumber(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    found, actor = _dossier_for(request, dossier_id, DossierVerb.RENUMBER), actor_of(request)
    form = RenumberForm(actor, request.POST if request.method == "POST" else None)

    def act() -> None:
        dossier_renumber(
            actor, found, form.cleaned_data["plan_entry"], now=timezone.now(), reason=form.cleaned_data["reason"],
            expected=request.POST.get("expected") or None,
        )  # fmt: skip

    if request.method == "POST" and form.is_valid() and _taken(form, act):
        fresh = Dossier.objects.get(pk=found.pk)
        messages.success(request, _("Die Akte heißt jetzt {number}.").format(number=fresh.reference_number))
        _tell_other_kind(request, fresh)
        return redirect("dossier", found.pk)
    return form_page(request, form, heading=_("„{what}“ umsignieren").format(what=found), dossier=found)


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, dossier_id: UUID, verb: str) -> HttpResponse:
    """Closing, reopening and using the number outside ask first: each changes what others may still do."""
    if verb not in ASKED:
        raise Http404
    asked = ASKED[verb]
    found = _dossier_for(request, dossier_id, DossierVerb(verb))
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    if request.method == "POST" and (reason or not asked.needs_reason):
        try:
            asked.service(request, found, reason)
        except NotPossible as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, asked.done().format(number=found.reference_number))
        return redirect("dossier", found.pk)
    context = {
        "nav": "dossiers", "dossier": found, "verb": verb, "expected": state_digest(found), "longest": LONGEST_REASON,
        "reason_missing": request.method == "POST", "needs_reason": asked.needs_reason,
    }  # fmt: skip
    return render(request, "frontend/dossiers/act.html", context)


class _Asked:
    def __init__(
        self, service: Callable[[HttpRequest, Dossier, str], Any], done: Callable[[], str], *, needs_reason: bool
    ) -> None:
        self.service, self.done, self.needs_reason = service, done, needs_reason


def _expected(request: HttpRequest) -> str | None:
    return request.POST.get("expected") or None


ASKED = {
    "close": _Asked(
        lambda request, found, reason: dossier_close(
            actor_of(request), found, now=timezone.now(), reason=reason, expected=_expected(request)
        ),
        lambda: _("Die Akte {number} ist abgeschlossen (z. d. A.)."),
        needs_reason=False,
    ),
    "reopen": _Asked(
        lambda request, found, reason: dossier_reopen(
            actor_of(request), found, now=timezone.now(), reason=reason, expected=_expected(request)
        ),
        lambda: _("Die Akte {number} ist wieder offen."),
        needs_reason=True,
    ),
    "use_number": _Asked(
        lambda request, found, reason: dossier_use_number(
            actor_of(request), found, now=timezone.now(), reason=reason
        ),
        lambda: _("Das Aktenzeichen {number} bleibt von jetzt an, wie es ist."),
        needs_reason=False,
    ),
}  # fmt: skip


def dossier_or_404(request: HttpRequest, dossier_id: UUID, way: Way | None = Way.PART) -> Dossier:
    """As `opened_or_404`."""
    return cast(Dossier, opened_or_404(request, Dossier.objects.visible_to(actor_of(request)), dossier_id, way))


def form_page(
    request: HttpRequest, form: Any, *, heading: str, dossier: Dossier | None = None, **more: Any
) -> HttpResponse:
    """Of a dossier, or of something in it; `expected` is what the record looked like where the form was shown."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    known = {"expected": state_digest(dossier) if dossier else "", **more}
    context = {"nav": "dossiers", "form": form, "heading": heading, "dossier": dossier, **known}
    return render(request, "frontend/dossiers/form.html", context, status=status)


def _tell_other_kind(request: HttpRequest, dossier: Dossier) -> None:
    """Renumbering keeps kind and fields: what was entered is not given up because the place names another kind."""
    planned = default_kind(dossier.plan_entry)
    if planned is not None and planned != dossier.kind:
        text = _(
            "Hier ist die Aktenart „{planned}“ vorgesehen; die Akte behält ihre bisherige mit allen Angaben. Unter"
            " „Beschreiben“ lässt sie sich ändern."
        )
        messages.info(request, text.format(planned=planned.label))


def _taken(form: Any, service: Callable[[], None]) -> bool:
    """False when the service refused; the form says why."""
    try:
        service()
    except InvalidFact as error:
        form.refuse(error)
    except InvalidFields as error:
        refuse_fields(form, error)
    except NotPossible as refusal:
        form.add_error(None, str(refusal))
    else:
        return True
    return False


def _dossier_for(request: HttpRequest, dossier_id: UUID, *verbs: DossierVerb) -> Dossier:
    """404 too where the person can do none of these with it."""
    found = dossier_or_404(request, dossier_id)
    if not set(verbs) & set(dossier_actions(actor_of(request), found)):
        raise Http404
    return found


def _volumes(actor: Actor, dossier: Dossier) -> dict[str, Any]:
    """Its parts, and who has the paper."""
    [held] = holdings_of([dossier])
    for volume in held.volumes:
        volume.dossier = dossier
    return {
        "holding": held,
        "volumes": [(one, loan, {str(verb): True for verb in volume_actions(actor, one)}) for one, loan in held.parts],
        "may_open_volume": may_open_volume(actor, dossier),
        "may_lend": may_lend(actor, dossier),
    }


def _documents(actor: Actor, dossier: Dossier) -> dict[UUID | None, list[Document]]:
    """What lies in the dossier itself (None) and in each case, the newest first, attachments behind their e-mail."""
    found: dict[UUID | None, list[Document]] = {}
    documents = Document.objects.visible_to(actor).filter(dossier=dossier).select_related("kind")
    for document in documents.order_by("-received_at", "item_id", "part"):
        found.setdefault(document.case_id, []).append(document)
    return found
