"""Where the provider of logins says that a login there has ended (OpenID Connect Back-Channel Logout 1.0, §2.5-2.8)."""

from __future__ import annotations

import logging
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from dms.accounts.outside_logout import logout_spend, sessions_of_outside_end
from dms.adapters.chosen import oidc_provider
from dms.adapters.oidc_errors import OidcError
from frontend.entering.oidc import SOURCE, is_offered, subject_named

log = logging.getLogger(__name__)


@csrf_exempt  # a server speaks here, which has no cookie; what counts is its signature
@login_not_required
@never_cache
@sensitive_post_parameters("logout_token")
@require_POST
def ended(request: HttpRequest) -> HttpResponse:
    """200 when the sessions have ended, and when there were none; 400 for a word that is not to be believed."""
    if not is_offered():
        raise Http404
    now = timezone.now()
    try:
        told = oidc_provider().login_ended(request.POST.get("logout_token", ""), now=now)
    except OidcError as error:
        return _refused(str(error))
    if not logout_spend(told.token_id, now=now):
        return _refused("it has been used already")
    subject = subject_named(told.subject) if told.subject else ""
    count = sessions_of_outside_end(SOURCE, subject, told.session, now=now)
    log.info("the provider of logins ended a login: %d session(s) ended here", count)
    return HttpResponse(status=HTTPStatus.OK)


def _refused(why: str) -> HttpResponse:
    """Why stands in the log alone: whoever sends such things learns nothing from it."""
    log.warning("a logout token is refused: %s", why)
    return JsonResponse({"error": "invalid_request"}, status=HTTPStatus.BAD_REQUEST)
