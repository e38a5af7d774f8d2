"""Ends a login that has lasted long enough, and one at which nobody sits any more.

A page that asks by itself whether something is new is no sign of a person.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dms.access.models import User
from dms.accounts.sessions import AGENT, BEGAN, ENDED, LAST_USED, sessions_narrow
from frontend.entering.browsers import LONGEST

ASKED_BY_THE_PAGE = {"inbox-list", "document-version-progress", "status"}
"""What pages ask for every few seconds while nobody does anything (by htmx)."""
NOTED_EVERY = timedelta(minutes=1)
"""So often a session that is in use is written."""


class Ended(StrEnum):
    OLD = "old"
    IDLE = "idle"


class SessionEnd:
    """Whoever's login has ended is a stranger from here on; stands before what sends strangers to the login."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> None:
        if not request.user.is_authenticated:
            return
        now = timezone.now()
        ended = why_ended(request.session, now)
        if ended is not None:
            request.session.flush()
            request.session[ENDED] = ended
            request.user = AnonymousUser()
        elif not _asked_by_the_page(request):
            _note_use(request.session, now)


def session_begin(request: HttpRequest, user: User, **_signal: Any) -> None:
    """Called for every login (`user_logged_in`), before the new session is written: the others are all there are."""
    now = timezone.now()
    request.session.pop(ENDED, None)
    request.session[BEGAN] = request.session[LAST_USED] = now.isoformat()
    request.session[AGENT] = request.headers.get("User-Agent", "")[:LONGEST]
    if settings.SESSIONS_AT_ONCE:
        sessions_narrow(user, settings.SESSIONS_AT_ONCE - 1, now=now)


def why_ended(session: Any, now: datetime) -> Ended | None:
    """`session`: a mapping with what was noted in it; one from before anything was noted goes on."""
    began, last_used = _moment(session, BEGAN), _moment(session, LAST_USED)
    if began is not None and now - began > timedelta(seconds=settings.SESSION_COOKIE_AGE):
        return Ended.OLD
    if last_used is not None and now - last_used > timedelta(minutes=settings.SESSION_IDLE_MINUTES):
        return Ended.IDLE
    return None


def _note_use(session: Any, now: datetime) -> None:
    last_used = _moment(session, LAST_USED)
    if last_used is None or not timedelta() <= now - last_used < NOTED_EVERY:
        session[LAST_USED] = now.isoformat()
        session.setdefault(BEGAN, now.isoformat())


def _moment(session: Any, name: str) -> datetime | None:
    noted = session.get(name)
    return datetime.fromisoformat(noted) if noted else None


def _asked_by_the_page(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.url_name in ASKED_BY_THE_PAGE and "HX-Request" in request.headers
