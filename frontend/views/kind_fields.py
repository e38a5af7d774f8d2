"""The page on which the registry changes the fields of a kind: put in order by keyboard, told what it touches, taken.

The whole set travels in the form, so nothing is stored before it is taken, and each taking is one version.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.fields.changing import LONGEST_REASON, Impact, base_of, fields_change, fields_compare
from dms.records.fields.definitions import Field
from dms.records.fields.keeping import Kind, current_version
from dms.records.fields.laying_down import InvalidField
from dms.records.fields.models import FieldVersion
from frontend.forms.kinds import FieldForm, fields_in, forms_in, forms_of, new_row, refuse_field, renumbered
from frontend.people import actor_of
from frontend.views.kinds import kind_or_404, preview_of


@require_http_methods(["GET", "HEAD", "POST"])
def fields(request: HttpRequest, sort: str, slug: str) -> HttpResponse:
    found = kind_or_404(request, sort, slug)
    page = _Page(request, found, sort)
    if request.method != "POST":
        version = current_version(found)
        rows = forms_of(version.fields if version else ())
        return page.show(rows or renumbered([new_row()]), opened=None if rows else 0)
    rows, (verb, _colon, number) = forms_in(request.POST), request.POST.get("do", "check").partition(":")
    if verb in ("up", "down") and number.isascii() and number.isdigit() and int(number[:4]) < len(rows):
        return page.moved(rows, int(number[:4]), -1 if verb == "up" else 1)
    if verb == "add":
        return page.show(renumbered([*rows, new_row()]), opened=len(rows))
    if verb == "edit":
        return page.show(renumbered(rows))
    return page.judged(rows, apply=verb == "apply")


class _Page:
    def __init__(self, request: HttpRequest, kind: Kind, sort: str) -> None:
        self._request, self._kind, self._sort = request, kind, sort

    def show(
        self,
        rows: list[FieldForm],
        *,
        opened: int | None = None,
        focus: tuple[str, int] = ("", -1),
        impact: Impact | None = None,
        problem: str = "",
    ) -> HttpResponse:
        failed = problem or any(row.errors for row in rows if row.is_bound)
        context = {
            "nav": "plan", "kind": self._kind, "sort": self._sort, "rows": rows, "opened": opened,
            "focus_verb": focus[0], "focus_row": focus[1],
            "base": self._request.POST.get("base") or base_of(self._kind), "impact": impact, "problem": problem,
            "preview": _preview(self._kind, impact), "longest": LONGEST_REASON,
        }  # fmt: skip
        status = HTTPStatus.UNPROCESSABLE_ENTITY if failed else HTTPStatus.OK
        return render(self._request, "frontend/kinds/fields.html", context, status=status)

    def moved(self, rows: list[FieldForm], number: int, step: int) -> HttpResponse:
        """The button that was pressed has the focus again, so that it can be pressed once more."""
        target = number + step
        if 0 <= target < len(rows):
            rows[number], rows[target] = rows[target], rows[number]
        else:
            target = number
        return self.show(renumbered(rows), focus=("up" if step < 0 else "down", target))

    def judged(self, rows: list[FieldForm], *, apply: bool) -> HttpResponse:
        wanted = fields_in(rows)
        if wanted is None:
            return self.show(rows)
        try:
            if apply:
                return self._take(wanted)
            return self.show(rows, impact=fields_compare(actor_of(self._request), self._kind, wanted))
        except InvalidField as error:
            told = refuse_field(rows, error)
            return self.show(rows, problem="" if told else str(error))
        except (InvalidFact, NotPossible) as refusal:
            return self.show(rows, problem=str(refusal))

    def _take(self, wanted: list[Field]) -> HttpResponse:
        sent = self._request.POST
        fields_change(
            actor_of(self._request), self._kind, wanted, now=timezone.now(), base=sent.get("base"),
            reason=sent.get("reason", ""),
        )  # fmt: skip
        messages.success(self._request, _("Die Felder von „{kind}“ sind geändert.").format(kind=self._kind))
        return redirect("kind", self._sort, self._kind.pk)


def _preview(kind: Kind, impact: Impact | None) -> Any:
    if impact is None:
        return None
    return preview_of(kind, FieldVersion(stored_fields=[field.to_json() for field in impact.fields]))
