"""Where somebody who was handed a set-up link chooses the first password of their account.

The code stands behind the `#` of the link, so it comes to the server in the body of the form alone. Wrong codes cost
time like wrong passwords, and one that was used, has expired or never was gets the same answer.
"""

from __future__ import annotations

import logging
import math
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dms.access.attempts import STRANGE_BROWSER, attempt_begin, attempts_forget
from dms.accounts.models import SetupLink
from dms.accounts.setting_up import LONGEST_CODE, LinkIsDead, selector_of, setup_link_of, setup_link_use
from frontend.forms.accounts import FirstPassword

log = logging.getLogger(__name__)
COUNTED = "setup:"
"""No login name has a colon, so none is counted together with a link."""


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def first(request: HttpRequest) -> HttpResponse:
    """Whoever is logged in already is told to log out: the link is for somebody else, or not needed."""
    if request.user.is_authenticated:
        return _page(request, signed_in=True)
    if request.method != "POST":
        return _page(request)
    return _chosen(request, _typed(request), timezone.now())


def _chosen(request: HttpRequest, code: str, now: datetime) -> HttpResponse:
    counter = f"{COUNTED}{selector_of(code)}"
    if wait := attempt_begin(counter, STRANGE_BROWSER, now=now):
        log.warning("too many attempts for a set-up link")
        seconds = math.ceil(wait.total_seconds())
        answer = _page(request, HTTPStatus.TOO_MANY_REQUESTS, code=code, wait=seconds)
        answer["Retry-After"] = str(seconds)
        return answer
    link = setup_link_of(code, now=now)
    if link is None:
        return _dead(request)
    attempts_forget(counter)
    return _password_chosen(request, link, code, now)


def _password_chosen(request: HttpRequest, link: SetupLink, code: str, now: datetime) -> HttpResponse:
    form = FirstPassword(link.user, request.POST)
    if not form.is_valid():
        return _page(request, form=form, code=code)
    try:
        user = setup_link_use(link, form.cleaned_data["new_password1"], now=now)
    except LinkIsDead:
        return _dead(request)
    said = _("Ihr Kennwort ist gewählt. Ihr Anmeldename ist „{name}“; bitte melden Sie sich jetzt damit an.")
    messages.success(request, said.format(name=user))
    return redirect("login")


def _typed(request: HttpRequest) -> str:
    """Without a script somebody may paste the whole link."""
    return request.POST.get("code", "").strip().rpartition("#")[2][:LONGEST_CODE]


def _dead(request: HttpRequest) -> HttpResponse:
    log.warning("a set-up link that opens nothing")
    return _page(request, refusal=str(LinkIsDead()))  # 200, as for a wrong password at the login


def _page(request: HttpRequest, status: HTTPStatus = HTTPStatus.OK, **context: Any) -> HttpResponse:
    return render(request, "registration/first.html", context, status=status)
