"""Who may see a plan entry or dossier, and why: grants are shown, given, changed and withdrawn here."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dms.access.actors import Actor
from dms.access.models import Grant, Scope, User
from dms.access.permissions import Permission, Role
from dms.access.rule import NOBODY, bodies_of, can
from dms.records.models import Dossier
from dms.records.protection.explaining import explanation_of
from dms.records.protection.following.working import following_at
from dms.records.protection.grant_history import steps_of_scope, terms_of_place, write_terms
from dms.records.protection.grants import grant_change, grant_give, grant_withdraw, grants_at
from dms.records.protection.rights import is_restricted, may_be_restricted, scope_open, scope_restrict
from dms.records.protection.scopes import Node, has_own_scope
from frontend.forms.rights import EndForm, GiveForm, ReasonForm, subject_names
from frontend.people import actor_of
from frontend.rights_rows import rights_rows
from frontend.taking import taken
from frontend.views.nodes import node_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def rights(request: HttpRequest, **key: UUID) -> HttpResponse:
    node, actor = node_or_404(request, key, _may_grant), actor_of(request)
    wanted = {name: request.GET[name][:200] for name in ("subject", "role") if name in request.GET}
    form = GiveForm(request.POST if request.method == "POST" else None, initial=wanted)

    def give() -> Grant:
        asked = form.cleaned_data
        return grant_give(
            actor, node, asked["subject"], Role(asked["role"]), reason=asked["reason"],
            valid_from=asked["valid_from"], valid_to=asked["valid_to"],
        )  # fmt: skip

    if request.method == "POST" and form.is_valid() and taken(form, give):
        later = form.cleaned_data["valid_from"]
        told = _("Das Recht ist vergeben; es gilt ab {day}.").format(day=f"{later:%d.%m.%Y}") if later else ""
        messages.success(request, told or _("Das Recht ist vergeben; es gilt ab sofort."))
        return redirect(_address(node))
    who = request.GET.get("who", "").replace("\0", "").strip()[:200]
    held = grants_at(actor, node)
    more = {
        "own": rights_rows(one for one in held if not one.above),
        "above": rights_rows(one for one in held if one.above),
        "names": subject_names(), "who": who, "explained": explanation_of(actor, node, who) if who else None,
    }  # fmt: skip
    return _page(request, node, "rights", form, **more)


@require_http_methods(["GET", "HEAD", "POST"])
def right(request: HttpRequest, grant_id: int, **key: UUID) -> HttpResponse:
    """Asks before it changes or withdraws the grant, which may have been given further up."""
    node, actor = node_or_404(request, key, _may_grant), actor_of(request)
    held = next((one for one in grants_at(actor, node) if one.grant.pk == grant_id), None)
    if held is None or not can(actor, Permission.GRANT, held.grant.scope):
        raise Http404
    form = EndForm(request.POST if request.method == "POST" else None, initial={"valid_to": held.grant.valid_to})

    def act() -> bool:
        if request.POST.get("do") == "withdraw":
            grant_withdraw(actor, held.grant, reason=form.cleaned_data["reason"])
        else:
            asked = form.cleaned_data
            grant_change(actor, held.grant, valid_to=asked["valid_to"], reason=asked["reason"])
        return True

    if request.method == "POST" and form.is_valid() and taken(form, act):
        return _told(request, node)
    return _page(request, node, "grant", form, held=held)


@require_http_methods(["GET", "HEAD", "POST"])
def restrict(request: HttpRequest, **key: UUID) -> HttpResponse:
    """Asks before it restricts a place to its own grants, or opens it to those above again."""
    node, actor = node_or_404(request, key, _may_grant), actor_of(request)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    service = scope_open if is_restricted(node) else scope_restrict

    def act() -> Scope:
        return service(actor, node, reason=form.cleaned_data["reason"])

    if request.method == "POST" and form.is_valid() and taken(form, act):
        return _told(request, node)
    more = {} if is_restricted(node) else {"possible": may_be_restricted(node), **_keepers(actor, node)}
    return _page(request, node, "restrict", form, **more)


@require_safe
def history(request: HttpRequest, **key: UUID) -> HttpResponse:
    """Who could see it when, by rights given here and above."""
    node, actor = node_or_404(request, key, _may_grant), actor_of(request)
    own, terms = node.scope_id if has_own_scope(node) else 0, terms_of_place(actor, node)
    more = {
        "own": [one for one in terms if one.scope_id == own], "above": [one for one in terms if one.scope_id != own],
        "steps": steps_of_scope(node.scope) if own else [], "table": _address(node, "rights-table"),
    }  # fmt: skip
    return _page(request, node, "history", ReasonForm(), **more)


@require_safe
def history_table(request: HttpRequest, **key: UUID) -> HttpResponse:
    """The same as a table."""
    node = node_or_404(request, key, _may_grant)
    disposition = content_disposition_header(as_attachment=True, filename="rechte.csv") or ""
    headers = {"Content-Disposition": disposition}
    written = write_terms(terms_of_place(actor_of(request), node))
    return HttpResponse(written, content_type="text/csv; charset=utf-8", headers=headers)


def _keepers(actor: Actor, node: Node) -> dict[str, list[str]]:
    """Who gives rights here by a grant of the place itself, and who by one from above and so could be given it here."""
    lasting = [one for one in grants_at(actor, node) if one.grant.role == Role.RIGHTS and one.grant.valid_to is None]
    own = [str(one.grant.subject) for one in lasting if not one.above]
    above = {one.grant.subject for one in lasting if one.above and one.grant.user_id != actor.user_id}
    mine = bodies_of(actor.user_id or NOBODY)
    others = sorted(str(one) for one in above if isinstance(one, User) or one.pk not in mine)
    return {"keepers": own, "could_keep": [name for name in others if name not in own]}


def _may_grant(actor: Actor, node: Node) -> bool:
    return can(actor, Permission.GRANT, node)


def _told(request: HttpRequest, node: Node) -> HttpResponse:
    """Restricting a place, or withdrawing a grant, may have shut out the very person who did it, who is told so."""
    fresh = type(node).objects.get(pk=node.pk)
    if can(actor_of(request), Permission.GRANT, fresh):
        messages.success(request, _("Gespeichert; es gilt ab sofort."))
        return redirect(_address(node))
    # without its name: from here on the place is one that they may not see
    messages.success(request, _("Gespeichert; es gilt ab sofort. Sie selbst vergeben dort jetzt keine Rechte mehr."))
    return redirect("start")


def _address(node: Node, what: str = "rights", **more: Any) -> str:
    kind, name = ("dossier", "dossier_id") if isinstance(node, Dossier) else ("plan", "entry_id")
    return reverse(f"{kind}-{what}", kwargs={name: node.pk, **more})


def _page(request: HttpRequest, node: Node, name: str, form: Any, **more: Any) -> HttpResponse:
    is_dossier = isinstance(node, Dossier)
    context = {
        "nav": "dossiers" if is_dossier else "plan", "node": node, "form": form,
        "restricted": is_restricted(node), "following": following_at(node),
        "back": reverse("dossier" if is_dossier else "plan-entry", args=[node.pk]), "here": _address(node),
        "restrict_address": _address(node, "restrict"), "history_address": _address(node, "rights-history"),
    }  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, f"frontend/rights/{name}.html", {**context, **more}, status=status)
