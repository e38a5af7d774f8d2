"""The pages of the register of parties: the list, all about one, and what its keepers do with it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dms.access.permissions import Permission
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.models import Dossier
from dms.records.fields.filling import InvalidFields
from dms.records.meanwhile import state_digest
from dms.records.parties.history import party_history
from dms.records.parties.keeping import may_keep, party_correct, party_enter
from dms.records.parties.letters import in_one_line
from dms.records.parties.merging import may_merge, party_merge, party_part, same_names
from dms.records.parties.models import Party, PartyAddress, PartyKind, PartyRole
from dms.records.parties.naming import naming_listed, place_shown
from dms.records.parties.roles import role_create
from dms.records.parties.similar import Sought, likely_same
from dms.records.parties.suggesting import party_suggestions
from dms.records.parties.taking_part import files_listed
from dms.records.parties.telling import TellingForm, party_tell
from frontend.asked import whole_number
from frontend.forms.parties import Addresses, NewRoleForm, PartyForm, sought
from frontend.people import actor_of, may_anywhere

PER_PAGE = 50
LONGEST_REASON = 500


@require_safe
def parties(request: HttpRequest) -> HttpResponse:
    """Searched by parts of the name, or by what sounds like them."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    kind = request.GET.get("kind", "")
    found = Party.objects.visible_to(actor_of(request)).standing_alone()
    if words:
        found = found.matching(words)
    if kind in PartyKind.values:
        found = found.filter(kind=kind)
    page = Paginator(found, PER_PAGE).get_page(whole_number(request.GET.get("p")) or 1)
    addresses = _addresses_of(list(page.object_list))
    context = {
        "nav": "dossiers", "page": page, "words": words, "kind": kind, "kinds": PartyKind.choices,
        "rows": [(party, addresses.get(party.pk, "")) for party in page.object_list],
        "may_enter": may_anywhere(request, Permission.PARTY_KEEP),
        "may_register": may_anywhere(request, Permission.PARTY_REGISTER),
        "query": urlencode({"q": words, "kind": kind}),
    }  # fmt: skip
    return render(request, "frontend/parties/list.html", context)


@require_safe
def party(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """All about somebody. Who was merged is seen as the one that stands for them."""
    found, actor = party_or_404(request, party_id), actor_of(request)
    if found.standing_id:
        return redirect("party", found.standing_id)
    merged = list(Party.objects.filter(standing=found).order_by("entered_at"))
    keeps = may_keep(actor, found)
    context = {
        "nav": "dossiers", "party": found, "files": files_listed(actor, found), "merged": merged,
        "named": [(one, place_shown(actor, one)) for one in naming_listed(actor, found)],
        "addresses": PartyAddress.objects.filter(party__in=[found, *merged]).select_related("party"),
        "may_keep": keeps, "may_merge": may_merge(actor, found), "forms": list(TellingForm),
        "likely": likely_same(actor, _sought(found), but=[found.pk]) if may_merge(actor, found) else [],
        "history": party_history(found)[::-1] if keeps else None,
    }  # fmt: skip
    return render(request, "frontend/parties/party.html", context)


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Whom a field may lead to, for a form that asks while somebody types; `for` is the name of its box, `dossier`
    where it stands. Nothing is shown of that dossier but who of those found takes part there."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    found = party_suggestions(actor_of(request), words, _dossier_asked(request)) if words else []
    box = "".join(sign for sign in request.GET.get("for", "") if sign.isalnum() or sign in "_-")[:80]
    return render(request, "frontend/parties/suggestions.html", {"found": found, "for": box})


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Shows first who may be meant."""
    if not may_anywhere(request, Permission.PARTY_KEEP):
        raise Http404
    data = request.POST if request.method == "POST" else None
    form, addresses = PartyForm(data), Addresses([], data)
    likely = []
    if data is not None and _valid(form, addresses):
        likely = [] if "new" in data else likely_same(actor_of(request), sought(form, addresses))
        made: list[Party] = []

        def enter() -> None:
            facts = form.facts()
            facts["addresses"] = addresses.facts()
            made.append(party_enter(actor_of(request), facts, now=timezone.now()))

        if not likely and taken(form, enter):
            messages.success(request, _("„{name}“ ist eingetragen.").format(name=made[0].name))
            return redirect("party", made[0].pk)
    return form_page(request, form, addresses, heading=_("In das Verzeichnis eintragen"), likely=likely)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, party_id: UUID) -> HttpResponse:
    found = party_or_404(request, party_id)
    if not may_keep(actor_of(request), found):
        raise Http404
    data = request.POST if request.method == "POST" else None
    form, addresses = PartyForm.of(found, data), Addresses(list(found.addresses.all()), data)

    def act() -> None:
        facts = form.facts()
        facts["addresses"] = addresses.facts()
        reason, expected = request.POST.get("reason", "")[:LONGEST_REASON], request.POST.get("expected") or None
        party_correct(actor_of(request), found, facts, reason=reason, expected=expected)

    if data is not None and _valid(form, addresses) and taken(form, act):
        messages.success(request, _("Gespeichert."))
        return redirect("party", found.pk)
    heading = _("„{what}“ berichtigen").format(what=found)
    return form_page(request, form, addresses, heading=heading, party=found, expected=state_digest(found))


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """Both entries side by side, before one stands for the other; without a second one it is looked for."""
    kept = _registered_or_404(request, party_id)
    with_id = request.POST.get("with") or request.GET.get("with", "")
    gone = _other(request, with_id)
    if request.method == "POST" and gone is not None:
        try:
            party_merge(actor_of(request), gone, kept, reason=request.POST.get("reason", "").strip()[:LONGEST_REASON])
        except NotPossible as refusal:
            messages.error(request, str(refusal))
        else:
            text = _("„{kept}“ steht jetzt auch für „{gone}“. Das lässt sich jederzeit zurücknehmen.")
            messages.success(request, text.format(kept=kept.name, gone=gone.name))
        return redirect("party", kept.pk)
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    alike = Party.objects.visible_to(actor_of(request)).standing_alone().exclude(pk=kept.pk).filter(kind=kept.kind)
    found = [one for one in alike.matching(words)[:PER_PAGE] if may_merge(actor_of(request), one)] if words else []
    context = {
        "nav": "dossiers", "kept": kept, "gone": gone, "words": words, "longest": LONGEST_REASON,
        "both": [(one, _lines(one), files_listed(actor_of(request), one)) for one in (kept, gone) if one],
        "found": found,
    }  # fmt: skip
    return render(request, "frontend/parties/merge.html", context)


@require_POST
def part(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """Takes a merger back."""
    merged = party_or_404(request, party_id)
    if not may_merge(actor_of(request), merged) or not merged.standing_id:
        raise Http404
    try:
        party_part(actor_of(request), merged)
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("„{name}“ steht wieder für sich.").format(name=merged.name))
    return redirect("party", merged.pk)


@require_POST
def information(request: HttpRequest, party_id: UUID, form: str) -> HttpResponse:
    """All that is kept, as a file. That it was made stands in the history, so it is no link."""
    found = _registered_or_404(request, party_id)
    if form not in set(TellingForm):
        raise Http404
    chosen = TellingForm(form)
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    told = party_tell(actor_of(request), found, chosen, now=timezone.now(), reason=reason)
    disposition = content_disposition_header(as_attachment=True, filename=f"Auskunft {found.name}.{chosen}") or ""
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    return HttpResponse(told, content_type=chosen.media_type, headers=headers)


@require_safe
def same(request: HttpRequest) -> HttpResponse:
    """Entries of one name, to be compared."""
    if not may_anywhere(request, Permission.PARTY_REGISTER):
        raise Http404
    groups = [[(one, _lines(one)) for one in group] for group in same_names(actor_of(request))]
    return render(request, "frontend/parties/same.html", {"nav": "dossiers", "groups": groups})


@require_http_methods(["GET", "HEAD", "POST"])
def roles(request: HttpRequest) -> HttpResponse:
    """As what somebody can take part: the town's own list."""
    if not may_anywhere(request, Permission.PARTY_REGISTER):
        raise Http404
    form = NewRoleForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        role_create(actor_of(request), form.cleaned_data["label"])

    if request.method == "POST" and form.is_valid() and taken(form, act):
        messages.success(request, _("Die Rolle „{role}“ ist angelegt.").format(role=form.cleaned_data["label"]))
        return redirect("party-roles")
    context = {"nav": "dossiers", "form": form, "roles": PartyRole.objects.all()}
    return render(request, "frontend/parties/roles.html", context, status=_status(form))


def party_or_404(request: HttpRequest, party_id: UUID) -> Party:
    return cast(Party, get_object_or_404(Party.objects.visible_to(actor_of(request)), pk=party_id))


def taken(form: Any, service: Callable[[], None]) -> bool:
    """False when the service refused; the form says why."""
    try:
        service()
    except InvalidFact as error:
        form.refuse(error)
    except InvalidFields as error:
        for sentence in error.errors.values():
            form.add_error(None, sentence)
    except NotPossible as refusal:
        form.add_error(None, str(refusal))
    else:
        return True
    return False


def form_page(request: HttpRequest, form: Any, addresses: Addresses, *, heading: str, **more: Any) -> HttpResponse:
    context = {"nav": "dossiers", "form": form, "addresses": addresses.forms, "heading": heading, **more}
    return render(request, "frontend/parties/form.html", context, status=_status(form))


def _valid(form: PartyForm, addresses: Addresses) -> bool:
    """Both are asked, so that all mistakes are told at once."""
    return all([form.is_valid(), addresses.is_valid()])


def _dossier_asked(request: HttpRequest) -> Dossier | None:
    try:
        key = UUID(request.GET.get("dossier", ""))
    except ValueError:
        return None
    return cast("Dossier | None", Dossier.objects.readable_by(actor_of(request)).filter(pk=key).first())


def _status(form: Any) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _registered_or_404(request: HttpRequest, party_id: UUID) -> Party:
    found = party_or_404(request, party_id)
    if found.standing_id or not may_merge(actor_of(request), found):
        raise Http404
    return found


def _other(request: HttpRequest, key: str) -> Party | None:
    try:
        return _registered_or_404(request, UUID(key))
    except (ValueError, Http404):
        return None


def _sought(found: Party) -> Sought:
    postcodes = frozenset(one.postcode for one in found.addresses.all() if one.postcode)
    return Sought(f"{found.given_names} {found.family_name} {found.organisation}", found.birth_date, postcodes)


def _lines(found: Party) -> list[str]:
    return [in_one_line(one) for one in found.addresses.all()]


def _addresses_of(found: list[Party]) -> dict[UUID, str]:
    """The first postal address of each, else whatever there is, by one query."""
    rows = PartyAddress.objects.filter(party__in=found).order_by("-kind", "valid_from")
    return {row.party_id: in_one_line(row) for row in sorted(rows, key=lambda row: bool(row.city))}
