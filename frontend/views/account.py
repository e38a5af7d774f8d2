"""The page Konto: one's own password, language and API tokens."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from dms.access.attempts import attempt_begin, attempts_forget
from dms.access.models import ApiToken, TokenReach, User
from dms.access.permissions import Permission
from dms.access.rule import grants_of, visible
from dms.accounts.accounts import password_change
from dms.accounts.clearances import may_give_clearances
from dms.accounts.directory import LDAP
from dms.accounts.keeping import may_keep_accounts
from dms.accounts.models import AuthenticatorApp, OutsideIdentity, Passkey
from dms.accounts.second_factor.recovery import recovery_codes_left
from dms.accounts.setting_up import setup_of
from dms.accounts.tokens import NameTaken, token_issue, token_withdraw
from dms.adapters.chosen import directory
from frontend.entering.confirming import ways_of
from frontend.entering.first_password import setup_in_words
from frontend.entering.oidc import SOURCE, is_offered
from frontend.forms.account import NewToken, OwnPassword
from frontend.people import actor_of

THIS_PAGE = "account-page"
"""Counts wrong passwords here apart from those at the login: whoever is here is logged in already."""


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    return _page(request)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect("account")
    user = cast(User, request.user)
    wait = attempt_begin(user.username, THIS_PAGE, now=timezone.now())
    if wait:
        return _page(request, HTTPStatus.TOO_MANY_REQUESTS, wait=int(wait.total_seconds()) + 1)
    form = OwnPassword(user, request.POST)
    if "old_password" not in form.errors:
        attempts_forget(user.username, THIS_PAGE)
    if not form.is_valid():
        return _page(request, password_form=form)
    changed = password_change(actor_of(request), user, form.cleaned_data["new_password1"], now=timezone.now())
    update_session_auth_hash(request, changed)
    messages.success(request, _("Das Kennwort ist geändert. Alle anderen Sitzungen sind beendet."))
    return redirect(f"{reverse('account')}#main")  # the form's own address ends in #password, and browsers keep that


@require_http_methods(["GET", "HEAD", "POST"])
def add_token(request: HttpRequest) -> HttpResponse:
    """Answers with the token itself instead of leading on: it is kept nowhere from which another page could show it.

    Both forms answer at an address of their own, to which people come back by the address bar.
    """
    if request.method != "POST":
        return redirect("account")
    form, now = NewToken(request.POST), timezone.now()
    if not form.is_valid():
        return _page(request, token_form=form)
    name = form.cleaned_data["name"]
    try:
        token = token_issue(
            actor_of(request), cast(User, request.user), name=name, now=now, expires_at=form.expires_at(now),
            reach=TokenReach(form.cleaned_data["reach"]),
        )  # fmt: skip
    except NameTaken:
        form.add_error("name", _("Sie haben schon ein Token mit diesem Namen. Bitte einen anderen Namen wählen."))
        return _page(request, token_form=form)
    return _page(request, HTTPStatus.CREATED, new_token=token, new_name=name)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """Asks first; whose program stops working should have been said."""
    token = get_object_or_404(_own_tokens(request), pk=token_id)
    if request.method != "POST":
        return render(request, "frontend/account/withdraw.html", {"token": token, "now": timezone.now()})
    token_withdraw(actor_of(request), token, now=timezone.now())
    messages.success(request, _("Das Token „{name}“ ist widerrufen.").format(name=token.name or _("ohne Namen")))
    return redirect("account")


def _page(request: HttpRequest, status: HTTPStatus = HTTPStatus.OK, **more: Any) -> HttpResponse:
    context = {
        "nav": "account",
        "now": timezone.now(),
        "may_give_clearances": may_give_clearances(actor_of(request)),
        "may_keep_accounts": may_keep_accounts(actor_of(request)),
        "set_up": setup_in_words(setup_of(cast(User, request.user))),
        "grants": grants_of(actor_of(request)).select_related("scope").order_by("scope__name", "role"),
        "tokens": _own_tokens(request).order_by("-created_at"),
        "password_form": OwnPassword(cast(User, request.user)),
        "token_form": NewToken(),
        "passkeys": Passkey.objects.filter(user=cast(User, request.user)).order_by("-created_at"),
        **_outside(cast(User, request.user)),
        "oidc_label": settings.OIDC["label"] if is_offered() else "",
        "ways": ways_of(request, f"{reverse('account')}#second-factor"),
        "app": AuthenticatorApp.objects.filter(user=cast(User, request.user)).first(),
        "codes_left": recovery_codes_left(cast(User, request.user)),
    }
    return render(request, "frontend/account/account.html", {**context, **more}, status=status)


def _outside(user: User) -> dict[str, Any]:
    """Where else the person logs in, and where they could: linking asks for the password here."""
    linked = list(OutsideIdentity.objects.filter(user=user).order_by("source"))
    sources, has_password = {one.source for one in linked}, user.has_usable_password()
    return {
        "outside": linked,
        "can_link_oidc": has_password and is_offered() and SOURCE not in sources,
        "can_link_directory": has_password and directory() is not None and LDAP not in sources,
    }


def _own_tokens(request: HttpRequest) -> Any:
    """Expired ones too, so that their owner sees why a program stopped."""
    tokens = ApiToken.objects.filter(withdrawn_at__isnull=True)
    return visible(tokens, actor_of(request), Permission.ACCOUNT_KEEP)
