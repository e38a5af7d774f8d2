"""Takes the organisation over from a table: first what it would change, then, with one more click, the change itself.
And writes it out as such a table."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from dms.access.actors import Actor
from dms.access.models import User
from dms.accounts.keeping import may_keep_accounts
from dms.accounts.organisation import sees_organisation
from dms.accounts.takeover.current import organisation_rows
from dms.accounts.takeover.importing import (
    Comparison,
    ImportRefused,
    Taken,
    organisation_compare,
    organisation_import,
)
from dms.accounts.takeover.rows import ACCOUNTS, OrgRow, Problem
from dms.accounts.takeover.sheet import KINDS, read_sheet, write_sheet
from dms.audit.lifecycle import NotPossible
from dms.records.protection.grants import LONGEST_REASON
from dms.records.tables import UnreadableTable
from frontend.carried_file import carried_file, file_packed
from frontend.people import actor_of

LARGEST = 1024 * 1024
"""Bytes."""
MOST_LINES = 1000
"""Each is tried as if by hand, while nobody else changes who gives rights; more go in at the command line."""
SHOWN = 300


@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: HttpRequest) -> HttpResponse:
    """The file travels with the comparison. What the person may not do is told line by line, as for everybody."""
    actor = actor_of(request)
    if not sees_organisation(actor):
        raise Http404
    if request.method != "POST":
        return _page(request, {})
    content, name = carried_file(request, LARGEST)
    if content is None:
        return _page(request, {"problem": _("Bitte eine Datei auswählen, höchstens 1 MB groß.")})
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON] or name
    shown = {"name": name, "reason": reason, "packed": file_packed(content)}
    try:
        rows, unreadable = _read(content)
        if "apply" in request.POST and not unreadable:
            done = organisation_import(actor, rows, reason=reason, expected=request.POST.get("base", ""))
            messages.success(request, _done(done))
            return redirect("organisation")
        return _page(request, {**shown, **_compared(actor, rows, unreadable, reason)})
    except ImportRefused as refusal:  # something was changed meanwhile
        return _page(request, {**shown, "problems": refusal.problems})
    except (UnreadableTable, NotPossible) as error:
        return _page(request, {"problem": str(error), "name": name})


@never_cache
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """What the person may see of it, as a table that can be taken over again."""
    actor = actor_of(request)
    if not sees_organisation(actor):
        raise Http404
    answer = HttpResponse(write_sheet(organisation_rows(actor)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="organisation.csv"'
    return answer


def _read(content: bytes) -> tuple[list[OrgRow], list[Problem]]:
    """Raises UnreadableTable, NotPossible."""
    rows, unreadable = read_sheet(content)
    if len(rows) + len(unreadable) > MOST_LINES:
        sentence = _("Das sind mehr als {most} Zeilen. Bitte in mehreren Dateien einlesen, oder Ihr IT-Betrieb tut es.")
        raise NotPossible(sentence.format(most=MOST_LINES))
    return rows, unreadable


def _compared(actor: Actor, rows: list[OrgRow], unreadable: list[Problem], reason: str) -> dict[str, Any]:
    found = organisation_compare(actor, rows, reason=reason)
    begun = [one for one in found.taken if one.sign == "+"]
    ended = [one for one in found.taken if one.sign != "+"]
    return {
        "found": found,
        "problems": sorted([*unreadable, *found.problems], key=lambda one: one.order),
        "begun": begun, "ended": ended, "new_accounts": _new_accounts(begun),
        "lists": [
            (_("Neu, wieder in Gebrauch oder verschoben"), _told(begun)), (_("Geändert oder beendet"), _told(ended)),
        ],
        "more": max(len(begun) - SHOWN, 0) + max(len(ended) - SHOWN, 0),
    }  # fmt: skip


def _new_accounts(begun: list[Taken]) -> int:
    """Those not there yet: the comparison has taken them back."""
    names = {User.normalize_username(one.row.name) for one in begun if one.row.kind in ACCOUNTS}
    return len(names) - User.objects.filter(username__in=names).count()


def _told(taken: list[Taken]) -> list[tuple[str, str]]:
    """What kind of thing, and what it is called."""
    language = 0 if (translation.get_language() or "de").startswith("de") else 1
    return [(KINDS[one.row.kind][language], one.row.label) for one in taken[:SHOWN]]


def _done(done: Comparison) -> str:
    if done.is_empty:
        return _("Die Organisation war schon so; es gab nichts zu ändern.")
    count = len(done.taken)
    words = ngettext("Übernommen: {count} Zeile.", "Übernommen: {count} Zeilen.", count)
    return words.format(count=count)


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    wrong = context.get("problem") or context.get("problems")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    shown = {"nav": "organisation", "may_keep_accounts": may_keep_accounts(actor_of(request))}
    return render(request, "frontend/organisation/import.html", {**shown, **context}, status=status)
