"""Setting up the second factor, from the page Konto or in the middle of a login that demands one; switching it off."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from dms.access.actors import actor_for
from dms.access.attempts import attempt_begin, attempts_forget
from dms.access.models import User
from dms.accounts.models import AuthenticatorApp, Passkey
from dms.accounts.sealing import Unreadable, seal, unseal
from dms.accounts.second_factor.codes import second_factor_is_right
from dms.accounts.second_factor.demand import has_second_factor, second_factor_is_demanded
from dms.accounts.second_factor.keeping import (
    app_address,
    app_remove,
    app_set_up,
    new_secret,
    passkey_remove,
    recovery_codes_new,
)
from dms.audit.lifecycle import NotPossible
from frontend.entering.begun import login_begun
from frontend.entering.confirming import Factor, confirmation_spend, confirmed, password_is_right, ways_of
from frontend.entering.entering import enter_at_last
from frontend.people import actor_of

SECRET = "second_factor_secret"  # noqa: S105 - the name of a session key
THIS_PAGE = "account-page"
"""As on the page Konto: counted apart from the login."""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("code")
def set_up(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if AuthenticatorApp.objects.filter(user=user).exists():
        return redirect("account")
    return _set_up(request, user, {"next": "", "plain": False})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("code")
def set_up_at_login(request: HttpRequest) -> HttpResponse:
    """Only for whom none is set up yet: the password alone must not replace a second factor."""
    found = login_begun(request, now=timezone.now())
    if found is None or has_second_factor(found[0]):
        return redirect("login")
    user, begun = found
    return _set_up(request, user, {"next": begun.next_page, "plain": True})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password", "code")
def change(request: HttpRequest, verb: str, passkey_id: int | None = None) -> HttpResponse:
    """After what is known and what is held (`frontend.entering.confirming`): switches the app off (`off`), makes
    recovery codes (`codes`), removes a passkey."""
    user = cast(User, request.user)
    act = _act_of(user, verb, passkey_id)
    if request.method != "POST":
        return _ask(request, verb, demanded=verb == "off" and _is_last(user) and second_factor_is_demanded(user))
    wait = attempt_begin(user.username, THIS_PAGE, now=timezone.now())
    if wait:
        return _ask(request, verb, HTTPStatus.TOO_MANY_REQUESTS, wait=int(wait.total_seconds()) + 1)
    try:
        if not _is_oneself(request, user):
            return _ask(request, verb, wrong=True)
        attempts_forget(user.username, THIS_PAGE)
        answer = act(request, user)
    except NotPossible as error:
        return _ask(request, verb, HTTPStatus.CONFLICT, problem=str(error))
    confirmation_spend(request)
    return answer


def _act_of(user: User, verb: str, passkey_id: int | None) -> Callable[[HttpRequest, User], HttpResponse]:
    """What is to be done, if there is something to do it to."""
    if verb == "passkey":
        passkey = get_object_or_404(Passkey, user=user, pk=passkey_id)
        return lambda request, _user: _without(request, passkey)
    if verb == "off":
        get_object_or_404(AuthenticatorApp, user=user)
        return _off
    if not has_second_factor(user):
        raise Http404
    return _new_codes


def _is_last(user: User) -> bool:
    return not Passkey.objects.filter(user=user).exists()


def _without(request: HttpRequest, passkey: Passkey) -> HttpResponse:
    passkey_remove(actor_of(request), passkey, now=timezone.now())
    messages.success(request, _("Der Passkey „{name}“ ist entfernt.").format(name=passkey.name))
    return redirect("account")


def _off(request: HttpRequest, user: User) -> HttpResponse:
    app_remove(actor_of(request), user, now=timezone.now())
    messages.success(request, _("Die Authenticator-App ist abgeschaltet."))
    return redirect("account")


def _new_codes(request: HttpRequest, user: User) -> HttpResponse:
    codes = recovery_codes_new(actor_of(request), user, now=timezone.now())
    return codes_page(request, codes, {"next": "", "plain": False})


@sensitive_variables("secret")
def _set_up(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    secret = _secret_of(request)
    if request.method != "POST":
        return _set_up_page(request, user, secret, context)
    try:
        codes = app_set_up(actor_for(user), user, secret, request.POST.get("code", ""), now=timezone.now())
    except NotPossible as error:
        return _set_up_page(request, user, secret, {**context, "problem": str(error)})
    del request.session[SECRET]
    if not codes:
        messages.success(
            request, _("Die Authenticator-App ist eingerichtet. Ihre Wiederherstellungscodes gelten weiter.")
        )
        return redirect("account")
    shown = codes_page(request, codes, {**context, "done": _("Die Authenticator-App ist eingerichtet.")})
    return shown if request.user.is_authenticated else enter_at_last(request, user, shown)


def _secret_of(request: HttpRequest) -> str:
    """The same until it is set up, so that a mistyped code does not spoil what the app took over already."""
    try:
        return unseal(request.session[SECRET])
    except (KeyError, Unreadable):
        secret = new_secret()
        request.session[SECRET] = seal(secret)
        return secret


def _set_up_page(request: HttpRequest, user: User, secret: str, context: dict[str, Any]) -> HttpResponse:
    shown = {"qr": _qr_code(app_address(user, secret)), "secret": " ".join(_by_four(secret)), "nav": "account"}
    return render(request, "frontend/second_factor/set_up.html", {**context, **shown})


def codes_page(request: HttpRequest, codes: list[str], context: dict[str, Any]) -> HttpResponse:
    """Answers with the codes instead of leading on: they are kept nowhere from which another page could show them.
    `done` tells what was set up, if that is more than new codes."""
    shown = {**context, "codes": codes, "nav": "account"}
    return render(request, "frontend/second_factor/codes.html", shown, status=HTTPStatus.CREATED)


def _ask(request: HttpRequest, verb: str, status: HTTPStatus = HTTPStatus.OK, **more: Any) -> HttpResponse:
    context = {"verb": verb, "nav": "account", "ways": ways_of(request, request.path), **more}
    return render(request, "frontend/second_factor/change.html", context, status=status)


def _is_oneself(request: HttpRequest, user: User) -> bool:
    """Both have been shown, or are looked at; a code is used up only with the right password. Raises OutsideRefused."""
    now = timezone.now()
    shown = confirmed(request, now=now)
    right = Factor.KNOWN in shown or password_is_right(user, request.POST.get("password", ""))
    return right and (Factor.HELD in shown or second_factor_is_right(user, request.POST.get("code", ""), now=now))


def _qr_code(text: str) -> SafeString:
    """As inline SVG, which the policy allows. Black on white in the dark, too, or no camera reads it."""
    svg = segno.make(text, error="m").svg_inline(scale=5, dark="#000", light="#fff", svgclass="qr", omitsize=True)
    return mark_safe(svg)  # noqa: S308 - segno's; of the text it holds only dots


def _by_four(secret: str) -> list[str]:
    return [secret[start : start + 4] for start in range(0, len(secret), 4)]
