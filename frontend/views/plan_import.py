"""Takes a file plan over from a file: first what it would change, then, with one more click, the change itself."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from dms.access.actors import Actor
from dms.audit.lifecycle import NotPossible
from dms.records.dossiers.models import Dossier
from dms.records.plan.csv_form import UnreadablePlan
from dms.records.plan.forms import LARGEST, read_plan
from dms.records.plan.importing import ChangedEntry, Comparison, plan_compare, plan_import
from dms.records.plan.models import FilePlan
from dms.records.plan.words import write_value
from frontend.carried_file import carried_file, file_packed
from frontend.people import actor_of
from frontend.plan_words import field_label
from frontend.views.plan import may_change, plan_of

SHOWN = 300


@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: HttpRequest) -> HttpResponse:
    """The file travels with the comparison, packed in the form: nothing of it is kept here before somebody says so."""
    plan = plan_of(request)
    if plan is None or not may_change(request, plan):
        raise Http404
    if request.method != "POST":
        return _page(request, {})
    content, name = carried_file(request, LARGEST)
    if content is None:
        return _page(request, {"problem": _("Bitte eine Datei auswählen, höchstens 5 MB groß.")})
    try:
        rows, unreadable = read_plan(content)
        if "apply" in request.POST and not unreadable:
            done = plan_import(actor_of(request), plan, rows, base=request.POST.get("base", ""))
            messages.success(request, _done(done))
            return redirect("plan")
        found = plan_compare(actor_of(request), plan, rows)
    except (UnreadablePlan, NotPossible) as error:
        return _page(request, {"problem": str(error), "name": name})
    problems = sorted([*unreadable, *found.problems], key=lambda one: one.where)
    return _page(
        request,
        {**_shown(actor_of(request), plan, found), "problems": problems, "packed": file_packed(content), "name": name},
    )


def _shown(actor: Actor, plan: FilePlan, found: Comparison) -> dict[str, Any]:
    """With the dossiers that lie at what would change, as far as the person may see them."""
    dossiers = Dossier.objects.visible_to(actor).count_by_entry(one.entry.pk for one in found.changed)
    return {
        "plan": plan,
        "found": found,
        "added": found.added[:SHOWN],
        "changed": [_told(one, dossiers.get(one.entry.pk, 0)) for one in found.changed[:SHOWN]],
        "touched": sum(dossiers.values()),
        "retiring": sum(one.retires for one in found.changed),
        "losing": sum(one.loses_retention for one in found.changed),
        "more": max(len(found.added) - SHOWN, 0) + max(len(found.changed) - SHOWN, 0),
    }


def _told(one: ChangedEntry, dossiers: int) -> dict[str, Any]:
    return {
        "dossiers": dossiers,
        "row": one.row,
        "retires": one.retires,
        "differences": [
            {"label": field_label(each.field), "before": write_value(each.before), "after": write_value(each.after)}
            for each in one.differences
        ],
    }


def _done(done: Comparison) -> str:
    if done.is_empty:
        return _("Der Aktenplan war schon so; es gab nichts zu ändern.")
    added = ngettext("%(count)d Eintrag angelegt", "%(count)d Einträge angelegt", len(done.added))
    changed = ngettext("%(count)d geändert", "%(count)d geändert", len(done.changed))
    told = (added % {"count": len(done.added)}, changed % {"count": len(done.changed)})
    return _("Der Aktenplan ist übernommen: {done}.").format(done=", ".join(told))


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    wrong = context.get("problem") or context.get("problems")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, "frontend/plan/import.html", {"nav": "plan", **context}, status=status)
