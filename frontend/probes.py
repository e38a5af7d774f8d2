"""Answers the two questions of whoever keeps the product running, before anything else can get in the way.

A middleware and no view: no session, no login, no check of the host name, for a health check asks by address.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse

from dms.health import Grade, Part
from frontend.health import conditions

ALIVE, READY = "/healthz", "/readyz"
PROBES = frozenset({ALIVE, READY})


class Probes:
    """`/healthz`: this process answers. `/readyz`: it can serve people; each part is named with a plain sentence.

    503 only without the database, for without any other part most pages still work, and a proxy that took the
    product away would make a small fault a large one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == ALIVE:
            return _unkept(HttpResponse("ok\n", content_type="text/plain"))
        if request.path_info == READY:
            return _unkept(_ready())
        return self.get_response(request)


def _ready() -> JsonResponse:
    found = conditions()
    away = {condition.part for condition in found if condition.grade is Grade.AWAY}
    impaired = away or any(condition.grade is Grade.SLOW for condition in found)
    status = "unavailable" if Part.DATABASE in away else "impaired" if impaired else "well"
    parts = {c.part: {"grade": c.grade, "sentence": str(c.sentence)} for c in found}
    code = HTTPStatus.SERVICE_UNAVAILABLE if Part.DATABASE in away else HTTPStatus.OK
    return JsonResponse({"status": status, "parts": parts}, status=code, json_dumps_params={"ensure_ascii": False})


def _unkept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
