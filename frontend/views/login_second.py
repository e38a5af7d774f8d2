"""The second step of logging in: the code of the app or a recovery code; wrong ones cost time like wrong passwords."""

from __future__ import annotations

import logging
import math
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dms.access.attempts import attempt_begin
from dms.access.models import User
from dms.accounts.models import AuthenticatorApp
from dms.accounts.second_factor.codes import second_factor_is_right
from dms.accounts.second_factor.recovery import recovery_codes_left
from frontend.entering.begun import login_begun
from frontend.entering.entering import code_counter, enter_at_last
from frontend.entering.passkeys import passkey_answered

log = logging.getLogger(__name__)
FEW_CODES = 3


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    found = login_begun(request, now=now)
    if found is None:
        return redirect("login")
    user, begun = found
    if request.method != "POST":
        return _page(request, user)
    if wait := attempt_begin(user.username, code_counter(request, user), now=now):
        log.warning("too many codes for account %s", user.username)
        seconds = math.ceil(wait.total_seconds())
        answer = _page(request, user, HTTPStatus.TOO_MANY_REQUESTS, wait=seconds)
        answer["Retry-After"] = str(seconds)
        return answer
    left = recovery_codes_left(user)
    if not _is_right(request, user):
        log.warning("wrong second factor for account %s", user.username)
        return _page(request, user, wrong=True)
    if (now_left := recovery_codes_left(user)) < left:
        messages.warning(request, _code_used(now_left))
    return enter_at_last(request, user, HttpResponseRedirect(begun.next_page))


def _is_right(request: HttpRequest, user: User) -> bool:
    if request.POST.get("credential"):
        return passkey_answered(request, user) is not None
    return second_factor_is_right(user, request.POST.get("code", ""), now=timezone.now())


def _page(request: HttpRequest, user: User, status: HTTPStatus = HTTPStatus.OK, **more: Any) -> HttpResponse:
    context = {"app": AuthenticatorApp.objects.filter(user=user).exists(), "passkeys": user.passkeys.exists(), **more}
    return render(request, "registration/second.html", context, status=status)


def _code_used(left: int) -> str:
    words = ngettext(
        "Dieser Wiederherstellungscode ist verbraucht; {left} ist noch übrig.",
        "Dieser Wiederherstellungscode ist verbraucht; {left} sind noch übrig.",
        left,
    ).format(left=left)
    return f"{words} {_('Neue gibt es auf der Seite Konto.')}" if left <= FEW_CODES else words
