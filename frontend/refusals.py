"""Has it noted when somebody tries to reach a record without being allowed to, at any door of pages and REST.

The answer is on its way by then and says the same as for what does not exist, as quickly.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from django.db import Error
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from dms.access.actors import actor_for
from dms.access.models import User
from dms.records.protection.refusals import note_refusal

log = logging.getLogger(__name__)
REFUSED = {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}


class RefusedAttempts:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if response.status_code in REFUSED and isinstance(request.user, User):
            # closed when the last byte is sent: how long noting takes must not tell that there is something
            response._resource_closers.append(lambda: _note(request, response.status_code))  # type: ignore[attr-defined]  # noqa: SLF001
        return response


def _note(request: HttpRequest, status: int) -> None:
    match = request.resolver_match
    if match is None or not isinstance(request.user, User):
        return
    verb, actor = f"{request.method} {match.view_name}", actor_for(request.user)
    for named, key in match.kwargs.items():
        if isinstance(key, UUID):
            try:
                note_refusal(actor, named, key, verb, forbidden=status == HTTPStatus.FORBIDDEN, now=timezone.now())
            except Error:
                log.exception("a refused attempt of %s was not noted", actor.key)
