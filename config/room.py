"""Keeps one thread of each web process free of requests that hang, so that it can always be asked what is wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse

from api.http.problems import busy, problem_response
from frontend.probes import PROBES
from frontend.views.errors import unavailable

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

NO_ROOM = "registratur.no_room"
"""Stands in the environment of a request for which there is no room; no header of a client can say so."""
PATIENCE_SECONDS = 3.0
"""How long a request waits for one of the others to end: on a busy morning one always does."""
FULL_SECONDS = 10.0
"""After somebody waited in vain, nobody waits for so long: what hangs, hangs."""


class RoomForProbes:
    """WSGI: at most `most` requests at a time go on to the pages; one more is answered that it has to come back.

    There is room again when the last byte of an answer is sent, for an answer may hang while it is sent, too.
    """

    def __init__(self, application: Application, most: int) -> None:
        self._application = application
        self._room = threading.BoundedSemaphore(most)
        self._full_until = 0.0

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in PROBES:
            return self._application(environ, start_response)
        if not self._enter():
            return self._application({**environ, NO_ROOM: True}, start_response)
        try:
            return self._leaving_at_its_end(self._application(environ, start_response))
        except BaseException:
            self._room.release()
            raise

    def _enter(self) -> bool:
        waits = 0.0 if time.monotonic() < self._full_until else PATIENCE_SECONDS
        if self._room.acquire(timeout=waits):
            return True
        if waits:
            self._full_until = time.monotonic() + FULL_SECONDS
        return False

    def _leaving_at_its_end(self, answer: Any) -> Iterable[bytes]:
        """The same object, which may be a file that the server hands to the operating system; servers call `close` in
        any case, once."""
        close = answer.close

        def close_and_leave() -> None:
            try:
                close()
            finally:
                self._room.release()

        answer.close = close_and_leave
        return answer  # type: ignore[no-any-return]


class NoRoomIsSaid:
    """Django's side of it, before anything is asked of database or session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NO_ROOM not in request.META:
            return self.get_response(request)
        return problem_response(busy()) if request.path_info.startswith("/api/") else unavailable(request)
