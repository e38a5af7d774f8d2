"""Who belongs to a unit or group or holds a position: people are taken in, get another last day, and taken out."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dms.access.models import Membership
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.accounts.bodies import BodyVerb, member_add, member_change, member_remove
from dms.records.meanwhile import state_digest
from frontend.forms.organisation import MemberForm
from frontend.forms.rights import EndForm
from frontend.people import actor_of
from frontend.taking import taken
from frontend.views.organisation import body_for, body_or_404, body_page


@require_http_methods(["POST"])
def add(request: HttpRequest, body_id: int) -> HttpResponse:
    found, actor = body_for(request, body_id, BodyVerb.ADD_MEMBER), actor_of(request)
    form = MemberForm(found, request.POST)

    def take_in() -> Membership:
        asked = form.cleaned_data
        times = {"valid_from": asked["valid_from"], "valid_to": asked["valid_to"]}
        deputy = asked.get("is_deputy", False)
        return member_add(actor, found, asked["user"], reason=asked["reason"], is_deputy=deputy, **times)

    if form.is_valid() and taken(form, take_in):
        messages.success(request, _("„{who}“ gehört jetzt dazu.").format(who=form.cleaned_data["user"]))
        return redirect("body", found.pk)
    return body_page(request, found, form)


@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, body_id: int, member_id: int) -> HttpResponse:
    """Asks before it changes how long somebody belongs, or takes them out."""
    found, actor = body_or_404(request, body_id), actor_of(request)
    if not can(actor, Permission.GRANT, found):
        raise Http404
    membership = get_object_or_404(Membership.objects.select_related("user", "body"), pk=member_id, body=found)
    form = EndForm(request.POST if request.method == "POST" else None, initial={"valid_to": membership.valid_to})

    def act() -> bool:
        reason = form.cleaned_data["reason"]
        if request.POST.get("do") == "remove":
            member_remove(actor, found, membership.user, reason=reason)
        else:
            expected = request.POST.get("expected") or None
            member_change(actor, membership, valid_to=form.cleaned_data["valid_to"], reason=reason, expected=expected)
        return True

    if request.method == "POST" and form.is_valid() and taken(form, act):
        messages.success(request, _("Gespeichert; es gilt ab sofort."))
        return redirect("body", found.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {
        "nav": "organisation", "body": found, "member": membership, "form": form,
        "expected": state_digest(membership),
    }  # fmt: skip
    return render(request, "frontend/organisation/member.html", context, status=status)
