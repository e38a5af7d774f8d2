"""The pages of the file plan: the tree, one entry, and what the registry changes about it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dms.access.permissions import Permission
from dms.access.rule import can
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.keeping import may_open_below
from dms.records.dossiers.kinds import default_kind
from dms.records.dossiers.models import Dossier
from dms.records.fields.keeping import may_change_kinds
from dms.records.meanwhile import state_digest
from dms.records.plan.changing import entry_actions, entry_add, entry_change, entry_move, entry_retire
from dms.records.plan.inheritance import places_of
from dms.records.plan.models import EntryVerb, FilePlan, PlanEntry
from dms.records.plan.words import APPRAISAL_LETTERS, write_keeping
from dms.records.protection.marking import may_mark
from frontend.forms.plan import EntryForm
from frontend.people import actor_of, may_anywhere
from frontend.plan_tree import plan_tree

LONGEST_REASON = 500


@require_safe
def tree(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    nodes, found = plan_tree(actor_of(request), words)
    plan = plan_of(request)
    context = {
        "nav": "plan", "plan": plan, "nodes": nodes, "words": words, "found": found,
        "may_view": may_anywhere(request, Permission.PLAN_VIEW),
        "there_is_one": plan is not None or FilePlan.objects.exists(), "may_change": may_change(request, plan),
        "may_change_kinds": may_change_kinds(actor_of(request)),
    }  # fmt: skip
    return render(request, "frontend/plan/tree.html", context)


@require_safe
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    found = entry_or_404(request, entry_id)
    return render(request, "frontend/plan/entry.html", {"nav": "plan", **_entry_context(request, found)})


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """What an entry says and where it stands, both or none."""
    found = _entry_for(request, entry_id, EntryVerb.CHANGE)
    form = EntryForm.of(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                changed = entry_change(
                    actor_of(request), found, form.changes(), expected=request.POST.get("expected") or None
                )
                _move_if_wanted(request, changed, form.cleaned_data["parent"])
        except InvalidFact as error:
            form.refuse(error)
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("„{entry}“ ist geändert.").format(entry=changed))
            return redirect("plan-entry", found.pk)
    return _form_page(request, form, entry=found, expected=state_digest(found))


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new entry, below the one whose number the address names."""
    plan = plan_of(request)
    if plan is None or not may_change(request, plan):
        raise Http404
    initial = {"parent": request.GET.get("parent", ""), "number": request.GET.get("parent", "")}
    form = EntryForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                made = entry_add(actor_of(request), plan, form.row())
                if kind := form.changes()["dossier_kind"]:
                    entry_change(actor_of(request), made, {"dossier_kind": kind})
        except InvalidFact as error:
            form.refuse(error)
        else:
            messages.success(request, _("„{entry}“ ist angelegt.").format(entry=made))
            return redirect("plan-entry", made.pk)
    return _form_page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Asks first, with the reason: there is no way back."""
    found = _entry_for(request, entry_id, EntryVerb.RETIRE)
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    if request.method == "POST" and reason:
        try:
            entry_retire(actor_of(request), found, reason=reason, expected=request.POST.get("expected") or None)
        except NotPossible as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("„{entry}“ ist stillgelegt.").format(entry=found))
        return redirect("plan-entry", found.pk)
    context = {
        "nav": "plan", "entry": found, "expected": state_digest(found), "longest": LONGEST_REASON,
        "reason_missing": request.method == "POST",
        "dossiers": Dossier.objects.visible_to(actor_of(request)).filter(plan_entry=found).count(),
    }  # fmt: skip
    return render(request, "frontend/plan/retire.html", context)


def plan_of(request: HttpRequest) -> FilePlan | None:
    """The newest that this person may see."""
    plans = FilePlan.objects.visible_to(actor_of(request)).order_by("valid_from", "version")
    return cast(FilePlan | None, plans.last())


def may_change(request: HttpRequest, plan: FilePlan | None) -> bool:
    return plan is not None and can(actor_of(request), Permission.PLAN_CHANGE, plan)


def entry_or_404(request: HttpRequest, entry_id: UUID) -> PlanEntry:
    entries = PlanEntry.objects.visible_to(actor_of(request)).select_related("plan", "parent")
    return cast(PlanEntry, get_object_or_404(entries, pk=entry_id))


def _entry_for(request: HttpRequest, entry_id: UUID, verb: EntryVerb) -> PlanEntry:
    """404 too where the person can do nothing with it."""
    found = entry_or_404(request, entry_id)
    if verb not in entry_actions(actor_of(request), found):
        raise Http404
    return found


def _entry_context(request: HttpRequest, found: PlanEntry) -> dict[str, Any]:
    actor = actor_of(request)
    place, rule = places_of(actor, [found])[found.pk], found.retention
    in_force = place.rule
    dossiers = Dossier.objects.visible_to(actor).of_entry(found.pk).count_under_entries()
    return {
        "entry": found,
        "above": place.above,
        "rule": in_force,
        "kept": write_keeping(in_force.keeping, in_force.length, in_force.unit),
        "letter": APPRAISAL_LETTERS.get(in_force.appraisal, ""),  # type: ignore[call-overload]
        "kind": default_kind(found),
        "inherited_from": place.rule_from if place.rule_from and not rule.is_set else None,
        "below": [(one, dossiers.get(one.pk, 0)) for one in PlanEntry.objects.visible_to(actor).filter(parent=found)],
        "dossiers": dossiers.get(found.pk, 0),
        "may_open": may_open_below(actor, found),
        "can": {str(verb): True for verb in entry_actions(actor, found)},
        "may_grant": can(actor, Permission.GRANT, found),
        "may_mark": may_mark(actor, found),
    }


def _move_if_wanted(request: HttpRequest, entry: PlanEntry, number: str) -> None:
    before = entry.parent.number if entry.parent else ""
    if number == before:
        return
    parents = PlanEntry.objects.visible_to(actor_of(request))
    parent = parents.filter(plan_id=entry.plan_id, number=number).first() if number else None
    if number and parent is None:
        raise InvalidFact("parent", _("Der übergeordnete Eintrag {number} fehlt.").format(number=number))
    entry_move(actor_of(request), entry, parent)


def _form_page(request: HttpRequest, form: EntryForm, **more: Any) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "frontend/plan/form.html", {"nav": "plan", "form": form, **more}, status=status)
