"""The page on which somebody shows that it is still they, before they change what opens their account."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dms.access.attempts import attempt_begin, attempts_forget
from dms.access.models import User
from dms.accounts.outside import OutsideRefused
from dms.accounts.second_factor.codes import second_factor_is_right
from dms.adapters.oidc_errors import OidcError
from frontend.entering.confirming import ALONE, Factor, confirm_note, password_is_right, ways_of
from frontend.entering.oidc import Purpose, leads_on, sent_away
from frontend.entering.passkeys import passkey_answered
from frontend.views.oidc import sentence_of
from frontend.views.passkeys import page_after_login
from frontend.views.second_factor import THIS_PAGE

log = logging.getLogger(__name__)


@never_cache
@sensitive_post_parameters("password", "code", "credential")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Leads to the provider, or looks at the password, the code or the passkey; then back to where it was asked for."""
    if request.method != "POST":
        return _page(request)
    user, now = cast(User, request.user), timezone.now()
    if "provider" in request.POST:
        return _to_provider(request)
    if wait := attempt_begin(user.username, THIS_PAGE, now=now):
        return _page(request, HTTPStatus.TOO_MANY_REQUESTS, wait=int(wait.total_seconds()) + 1)
    try:
        shown = _shown(request, user)
    except OutsideRefused as refusal:
        return _page(request, problem=str(refusal))
    if not shown:
        log.warning("account %s could not confirm who it is", user.username)
        return _page(request, problem=_("Das stimmt nicht. Bitte noch einmal versuchen oder einen anderen Weg wählen."))
    attempts_forget(user.username, THIS_PAGE)
    confirm_note(request, *shown, now=now)
    return HttpResponseRedirect(page_after_login(request))


def _shown(request: HttpRequest, user: User) -> frozenset[Factor]:
    """What has been shown by the one form that was filled in; empty when it was not right. Raises OutsideRefused."""
    if request.POST.get("credential"):
        return ALONE if passkey_answered(request, user, "confirm") else frozenset()
    if "code" in request.POST:
        right = second_factor_is_right(user, request.POST["code"], now=timezone.now())
        return frozenset({Factor.HELD}) if right else frozenset()
    right = password_is_right(user, request.POST.get("password", ""))
    return frozenset({Factor.KNOWN}) if right else frozenset()


def _to_provider(request: HttpRequest) -> HttpResponse:
    ways = ways_of(request, "")
    if not ways.provider:
        return _page(request)
    try:
        address = sent_away(request, Purpose.CONFIRM, page_after_login(request))
    except OidcError as error:
        messages.error(request, sentence_of(error))
        return _page(request)
    return leads_on(request, address, _("Bestätigen, dass Sie es sind"))


def _page(request: HttpRequest, status: HTTPStatus = HTTPStatus.OK, **more: Any) -> HttpResponse:
    back_to = page_after_login(request)
    context = {"nav": "account", "ways": ways_of(request, back_to), "next": back_to, **more}
    return render(request, "frontend/account/confirm.html", context, status=status)
