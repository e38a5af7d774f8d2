"""Who takes part in a dossier or case: taken in from the register, or entered there first; and taken out again."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dms.audit.lifecycle import NotPossible
from dms.records.dossiers.models import Case, Dossier
from dms.records.models import Document
from dms.records.parties.field_leading import NamedInField, field_lead_to, named_in_field
from dms.records.parties.keeping import party_enter
from dms.records.parties.models import Participation, Party
from dms.records.parties.names import telling_words
from dms.records.parties.similar import Likely, likely_same, parties_of_sender
from dms.records.parties.taking_part import TakesPartAlready, may_change_parties, party_leave, party_take_part
from frontend.forms.parties import Addresses, ParticipantForm, sought
from frontend.people import actor_of, opened_or_404
from frontend.views.dossiers import dossier_or_404
from frontend.views.parties import LONGEST_REASON, form_page, taken

SENDER = "sender"
"""A role that every town begins with; one that has taken it away chooses another by hand."""


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """Whoever may be meant is shown before somebody new is entered; `case` names one of the dossier's cases, `field`
    one of its fields, or of those of a `document` in it: whoever is taken in then stands there."""
    dossier, actor = dossier_or_404(request, dossier_id), actor_of(request)
    case = _case_asked(request, dossier)
    if not may_change_parties(actor, dossier, case):
        raise Http404
    data = request.POST if request.method == "POST" else None
    named = _named_in_field(request, dossier)
    sender = "" if named else _sender(request)
    names = _names_in(sender) if sender else _parts_of(named.text if named else "")
    form, addresses = ParticipantForm(data, initial=names), Addresses([], data)
    likely: list[Likely] = []
    if data is not None:
        likely, done = _taken_in(request, form, addresses, dossier, case, named)
        if done:
            return redirect("dossier", dossier.pk)
    said = named.text if named else sender
    known = parties_of_sender(actor, said) if said and data is None else []
    heading = _("Beteiligte in „{what}“ aufnehmen").format(what=case or dossier)
    more = {"dossier": dossier, "case": case, "likely": likely or [Likely(one, 0, []) for one in known]}
    return form_page(request, form, addresses, heading=heading, sender=sender, named=named, **more)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, participation_id: UUID) -> HttpResponse:
    """Asks first."""
    rows = Participation.objects.visible_to(actor_of(request)).select_related("dossier", "case", "role")
    row = opened_or_404(request, rows.select_related("party__standing"), participation_id)
    if not may_change_parties(actor_of(request), row.dossier, row.case):
        raise Http404
    if request.method == "POST":
        try:
            party_leave(actor_of(request), row, reason=request.POST.get("reason", "").strip()[:LONGEST_REASON])
        except NotPossible as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("„{name}“ ist dort nicht mehr beteiligt.").format(name=row.stands.name))
        return redirect("dossier", row.dossier_id)
    context = {"nav": "dossiers", "row": row, "longest": LONGEST_REASON}
    return render(request, "frontend/parties/remove.html", context)


def _taken_in(
    request: HttpRequest,
    form: ParticipantForm,
    addresses: Addresses,
    dossier: Dossier,
    case: Case | None,
    named: NamedInField | None,
) -> tuple[list[Likely], bool]:
    """Who may be meant instead; and whether somebody was taken in."""
    actor, chosen = actor_of(request), request.POST.get("party", "")
    if not all([form.is_valid(), addresses.is_valid()]) and not (chosen and "role" in form.cleaned_data):
        return [], False
    likely = [] if chosen or "new" in request.POST else likely_same(actor, sought(form, addresses))
    names: list[str] = []

    def act() -> None:
        with transaction.atomic():
            party = _chosen(request, chosen) if chosen else _entered(request, form, addresses, dossier)
            with suppress(TakesPartAlready) if named else nullcontext(), transaction.atomic():
                party_take_part(actor, party, form.cleaned_data["role"], dossier, case, now=timezone.now())
            if named:
                field_lead_to(actor, named, party)
            names.append(party.name)

    if likely or not taken(form, act):
        return likely, False
    messages.success(request, _("„{name}“ ist beteiligt.").format(name=names[0]))
    return [], True


def _entered(request: HttpRequest, form: ParticipantForm, addresses: Addresses, dossier: Dossier) -> Party:
    facts = form.facts()
    facts["addresses"] = addresses.facts()
    return party_enter(actor_of(request), facts, now=timezone.now(), home=dossier)


def _chosen(request: HttpRequest, key: str) -> Party:
    try:
        found: Party = Party.objects.visible_to(actor_of(request)).select_related("standing").get(pk=UUID(key))
    except (ValueError, Party.DoesNotExist):
        raise Http404 from None
    return found


def _case_asked(request: HttpRequest, dossier: Dossier) -> Case | None:
    asked = request.GET.get("case", "")
    if not asked:
        return None
    try:
        return Case.objects.visible_to(actor_of(request)).get(pk=UUID(asked), dossier=dossier)  # type: ignore[no-any-return]
    except (ValueError, Case.DoesNotExist):
        raise Http404 from None


def _sender(request: HttpRequest) -> str:
    """Of the letter from which somebody came here."""
    documents = Document.objects.visible_to(actor_of(request))
    try:
        letter: Document = opened_or_404(request, documents, request.GET.get("document", ""))
    except Http404:
        return ""
    return letter.sender


def _named_in_field(request: HttpRequest, dossier: Dossier) -> NamedInField | None:
    """Whose name alone stands there so far. Raises Http404 for a field in which no such name stands."""
    key = request.GET.get("field", "")
    if not key:
        return None
    record: Dossier | Document = dossier
    if request.GET.get("document"):
        within = Document.objects.visible_to(actor_of(request)).filter(dossier=dossier)
        record = opened_or_404(request, within.select_related("field_version"), request.GET["document"])
    named = named_in_field(record, key)
    if named is None:
        raise Http404
    return named


def _names_in(sender: str) -> dict[str, Any]:
    """Whoever wrote takes part as the sender; what comes after a comma is where they live."""
    return {**_parts_of(sender.partition(",")[0]), "role": SENDER} if sender else {}


def _parts_of(name: str) -> dict[str, Any]:
    """A first guess: the last word is the family name, or what stands before a comma."""
    family, comma, given = name.partition(",")
    words = [*given.split(), *family.split()] if comma else name.split()
    said = [word for word in words if telling_words(word) and telling_words(word) == telling_words(f"Herr {word}")]
    return {"given_names": " ".join(said[:-1]), "family_name": said[-1]} if said else {}
