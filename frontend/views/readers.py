"""Who has seen a dossier? For data protection and audit; the question is itself kept, with its reason."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from dms.access.permissions import Permission
from dms.access.rule import can
from dms.records.protection.readers import Readers, who_read, write_readers
from frontend.forms.days import DayField
from frontend.forms.rights import ReasonForm
from frontend.people import actor_of
from frontend.views.dossiers import dossier_or_404

USUAL = timedelta(days=30)


class AskForm(ReasonForm):
    since = DayField(label=gettext_lazy("Vom"))
    until = DayField(label=gettext_lazy("bis einschließlich"))
    field_order = ("since", "until", "reason")

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if "since" in self.cleaned_data and until < self.cleaned_data["since"]:
            raise forms.ValidationError(_("Der letzte Tag liegt vor dem ersten."))
        return until


@require_http_methods(["GET", "HEAD", "POST"])
def readers(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    found, actor = dossier_or_404(request, dossier_id, None), actor_of(request)
    if not can(actor, Permission.READS_AUDIT, found):
        raise Http404
    today = timezone.localdate()
    form = AskForm(request.POST if request.method == "POST" else None, initial={"since": today - USUAL, "until": today})
    answer: Readers | None = None
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        since, until = _begin(asked["since"]), _begin(asked["until"] + timedelta(days=1)) - timedelta(microseconds=1)
        answer = who_read(actor, found, since, until, reason=asked["reason"])
        if request.POST.get("do") == "csv":
            return _table(answer)
    context = {"nav": "dossiers", "dossier": found, "form": form, "answer": answer}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "frontend/protection/readers.html", context, status=status)


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _table(answer: Readers) -> HttpResponse:
    name = _("Lesezugriffe {number}.csv").format(number=answer.dossier.reference_number.replace("/", "-"))
    disposition = content_disposition_header(as_attachment=True, filename=name) or ""
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    return HttpResponse(write_readers(answer), content_type="text/csv; charset=utf-8", headers=headers)
