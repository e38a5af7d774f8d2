"""Passkeys in the browser: adding one on the page Konto, and logging in with one instead of name and password."""

from __future__ import annotations

import logging
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import RedirectURLMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dms.access.attempts import attempt_begin, attempts_forget
from dms.access.models import User
from dms.accounts.second_factor.passkeys import PasskeyRefused, passkey_add, passkey_offer, passkey_question
from dms.audit.lifecycle import NotPossible
from frontend.entering.begun import login_begun
from frontend.entering.confirming import confirmation_spend, confirmed, password_is_right, ways_of
from frontend.entering.entering import BACKEND, enter_at_last
from frontend.entering.oidc import login_forget
from frontend.entering.passkeys import challenge_keep, challenge_take, passkey_answered, site_of
from frontend.people import actor_of
from frontend.views.second_factor import THIS_PAGE, codes_page

log = logging.getLogger(__name__)


@require_http_methods(["POST"])
def offer(request: HttpRequest) -> HttpResponse:
    options, challenge = passkey_offer(site_of(request), cast(User, request.user))
    challenge_keep(request, "add", challenge)
    return JsonResponse(options)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password", "credential")
def add(request: HttpRequest) -> HttpResponse:
    """After showing who one is: a passkey opens the account alone, so a browser left open must not be enough."""
    if request.method != "POST":
        return redirect("account")
    try:
        _check_person(request)
        codes = _add(request)
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("account")
    confirmation_spend(request)
    if codes:
        return codes_page(request, codes, {"next": "", "plain": False, "done": _("Der Passkey ist hinzugefügt.")})
    messages.success(request, _("Der Passkey ist hinzugefügt."))
    return redirect("account")


def _check_person(request: HttpRequest) -> None:
    """What was shown elsewhere, or the password. Raises NotPossible."""
    user, now = cast(User, request.user), timezone.now()
    if confirmed(request, now=now):
        return
    if not ways_of(request, "").password:
        raise NotPossible(_("Bitte bestätigen Sie zuerst, dass Sie es sind; der Passkey wurde nicht hinzugefügt."))
    if attempt_begin(user.username, THIS_PAGE, now=now):
        raise NotPossible(_("Zu viele falsche Kennwörter. Bitte etwas warten und es dann noch einmal versuchen."))
    if not password_is_right(user, request.POST.get("password", "")):
        raise NotPossible(_("Das Kennwort stimmt nicht; der Passkey wurde nicht hinzugefügt."))
    attempts_forget(user.username, THIS_PAGE)


def _add(request: HttpRequest) -> list[str]:
    challenge = challenge_take(request, "add")
    if challenge is None:
        raise PasskeyRefused
    name, answer = request.POST.get("name", ""), request.POST.get("credential", "")
    user, now = cast(User, request.user), timezone.now()
    return passkey_add(actor_of(request), user, site_of(request), challenge, answer, name=name, now=now)


@login_not_required
@require_http_methods(["POST"])
def question(request: HttpRequest) -> HttpResponse:
    """In the second step: for the passkeys of the person whose login has begun. With `confirm`: for those of whoever is
    logged in, and the device has to make sure who holds it. Else: for anybody's."""
    if request.POST.get("step") == "confirm" and request.user.is_authenticated:
        options, challenge = passkey_question(site_of(request), request.user, alone=True)
        challenge_keep(request, "confirm", challenge)
        return JsonResponse(options)
    found = login_begun(request, now=timezone.now()) if request.POST.get("step") == "second" else None
    user = found[0] if found else None
    options, challenge = passkey_question(site_of(request), user)
    challenge_keep(request, "second" if user else "login", challenge)
    return JsonResponse(options)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("credential")
def enter_by_passkey(request: HttpRequest) -> HttpResponse:
    """Instead of name and password: the device made sure who holds it, so it is two factors in one."""
    if request.method != "POST":
        return redirect("login")
    user = passkey_answered(request, None)
    if user is None:
        messages.error(request, str(PasskeyRefused()))
        return redirect("login")
    user.backend = BACKEND
    login_forget(request)
    return enter_at_last(request, user, HttpResponseRedirect(page_after_login(request)))


def page_after_login(request: HttpRequest) -> str:
    return _Next(request).get_success_url()


class _Next(RedirectURLMixin):
    """The page that was asked for, if it is one of ours; as Django's own login decides it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def get_default_redirect_url(self) -> str:
        return resolve_url("start")
