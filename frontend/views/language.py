"""The switch of the language: kept in the browser, and with the account of whoever is logged in."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from dms.access.models import User
from dms.accounts.preferences import language_keep
from frontend.language import is_known

AS_THE_BROWSER = "auto"


@login_not_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """`language` is a code or `auto`; anything else changes nothing. Goes back to `next` on this host."""
    answer: HttpResponse = set_language(request)
    code = request.POST.get("language", "")
    if code == AS_THE_BROWSER:
        answer.delete_cookie(settings.LANGUAGE_COOKIE_NAME, path=settings.LANGUAGE_COOKIE_PATH)
    if isinstance(request.user, User) and (code == AS_THE_BROWSER or is_known(code)):
        language_keep(request.user, "" if code == AS_THE_BROWSER else code)
    return answer
