"""No page is kept by a cache: after logging out at a shared desk, "back" shows no letters."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

NOT_KEPT = "private, no-store"


class KeptByNoCache:
    """For every answer that does not say itself how long it may be kept. Static files never come here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", NOT_KEPT)
        return response
