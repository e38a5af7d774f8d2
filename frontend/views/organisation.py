"""The pages of the organisation: the tree of units with groups, one unit, group or position, and what is changed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dms.access.models import Body, BodyKind
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.accounts.bodies import (
    BodyVerb,
    body_actions,
    body_create,
    body_retire,
    body_revive,
    memberships_running,
)
from dms.accounts.body_history import body_history
from dms.accounts.body_tree import body_change, line_above
from dms.accounts.organisation import (
    bodies_visible_to,
    known_terms,
    people_visible_to,
    scopes_to_keep_bodies_in,
    sees_organisation,
    tree_of_bodies,
)
from dms.records.meanwhile import state_digest
from frontend.forms.organisation import BodyChangeForm, BodyForm, MemberForm
from frontend.forms.rights import ReasonForm
from frontend.people import actor_of
from frontend.taking import taken


@require_safe
def organisation(request: HttpRequest) -> HttpResponse:
    """Who gives no rights anywhere comes to their own page instead."""
    actor = actor_of(request)
    if not sees_organisation(actor):
        return redirect("person", actor.user_id)
    units, groups = tree_of_bodies(actor)
    return render(request, "frontend/organisation/tree.html", {"nav": "organisation", "units": units, "groups": groups})


@require_safe
def body(request: HttpRequest, body_id: int) -> HttpResponse:
    return body_page(request, body_or_404(request, body_id))


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, kind: BodyKind) -> HttpResponse:
    """A new unit, group or position, below the unit that the address names."""
    actor = actor_of(request)
    if not sees_organisation(actor):
        raise Http404
    scopes, bodies = scopes_to_keep_bodies_in(actor), bodies_visible_to(actor)
    above = bodies.filter(pk=_number(request.GET.get("parent"))).first()
    initial = {"parent": above.name if above else "", "scope": scopes.first()}
    form = BodyForm(kind, bodies, scopes, request.POST if request.method == "POST" else None, initial=initial)

    def create() -> Body:
        asked = form.cleaned_data
        parent = asked.get("parent")
        return body_create(actor, asked["name"], kind, asked.get("scope"), parent=parent, reason=asked["reason"])

    if request.method == "POST" and form.is_valid() and (new := taken(form, create)):
        messages.success(request, _("„{body}“ ist angelegt.").format(body=new))
        return redirect("body", new.pk)
    return _form_page(request, form, kind=kind)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, body_id: int) -> HttpResponse:
    """What it is called and where it stands, both or none."""
    found, actor = body_for(request, body_id, BodyVerb.CHANGE), actor_of(request)
    form = BodyChangeForm(found, bodies_visible_to(actor), request.POST if request.method == "POST" else None)

    def save() -> Body:
        asked, expected = form.cleaned_data, request.POST.get("expected") or None
        parent: Body | None = asked.get("parent")
        return body_change(actor, found, asked["name"], parent, reason=asked["reason"], expected=expected)

    if request.method == "POST" and form.is_valid() and taken(form, save):
        messages.success(request, _("Gespeichert; es gilt ab sofort."))
        return redirect("body", found.pk)
    return _form_page(request, form, kind=BodyKind(found.kind), body=found, expected=state_digest(found))


@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: HttpRequest, body_id: int) -> HttpResponse:
    """Asks before it retires it, or takes it into use again."""
    found, actor = body_or_404(request, body_id), actor_of(request)
    possible = body_actions(actor, found)
    if BodyVerb.RETIRE not in possible and BodyVerb.REVIVE not in possible:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    service = body_retire if BodyVerb.RETIRE in possible else body_revive

    def act() -> Body:
        expected = request.POST.get("expected") or None
        return service(actor, found, reason=form.cleaned_data["reason"], expected=expected)

    if request.method == "POST" and form.is_valid() and taken(form, act):
        messages.success(request, _("Gespeichert; es gilt ab sofort."))
        return redirect("body", found.pk)
    more = {"nav": "organisation", "body": found, "expected": state_digest(found), "retires": service is body_retire}
    return _page(request, "retire", form, **more)


def body_page(request: HttpRequest, found: Body, form: MemberForm | None = None) -> HttpResponse:
    """With the form for one more person, as it came back."""
    actor = actor_of(request)
    terms, possible = known_terms(actor, found), body_actions(actor, found)
    context = {
        "nav": "organisation", "body": found, "above": line_above(found),
        "below": Body.objects.filter(parent=found), "members": memberships_running(found),
        "held": [one for one in terms if not one.term.is_over], "earlier": [one for one in terms if one.term.is_over],
        "can": {str(verb): True for verb in possible}, "may_keep": can(actor, Permission.GRANT, found),
        "history": list(reversed(body_history(found))) if can(actor, Permission.GRANT, found) else [],
        "people": people_visible_to(actor).filter(is_active=True).values_list("username", flat=True),
    }  # fmt: skip
    return _page(request, "body", form or MemberForm(found), **context)


def body_or_404(request: HttpRequest, body_id: int) -> Body:
    return get_object_or_404(bodies_visible_to(actor_of(request)), pk=body_id)


def body_for(request: HttpRequest, body_id: int, verb: BodyVerb) -> Body:
    """404 too where the person can do nothing with it."""
    found = body_or_404(request, body_id)
    if verb not in body_actions(actor_of(request), found):
        raise Http404
    return found


def _number(typed: str | None) -> int:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _form_page(request: HttpRequest, form: BodyForm, **more: Any) -> HttpResponse:
    return _page(request, "form", form, nav="organisation", units=form.units, **more)


def _page(request: HttpRequest, name: str, form: Any, **context: Any) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, f"frontend/organisation/{name}.html", {"form": form, **context}, status=status)
