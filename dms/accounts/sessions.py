"""The sessions of one person in all browsers: which there are, and how they end.

They are kept by Django, not by person, so every function here looks into all that have not expired: a thousand take a
tenth of a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.models import User
from dms.accounts.chain import CHAIN
from dms.audit.door import change
from dms.audit.events import Event
from dms.records.meanwhile import refuse_if_changed

BEGAN, LAST_USED, AGENT = "began", "last_used", "agent"
"""What a session notes of itself, moments in ISO 8601 (`frontend.entering.session_end`)."""
ENDED = "ended"
"""Why the login before ended, for the page that asks for the next one."""
TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class OpenSession:
    key: str
    """Whoever has it is logged in: it stays on the server."""
    began: datetime | None
    """None for sessions from before this was noted; so with `last_used`."""
    last_used: datetime | None
    agent: str
    """What the browser calls itself."""

    @property
    def handle(self) -> str:
        """Names it in a form, and opens nothing."""
        return salted_hmac("dms.accounts.sessions", self.key, algorithm="sha256").hexdigest()[:32]


def sessions_of(user: User, *, now: datetime) -> list[OpenSession]:
    """The one used last first."""
    found = [_opened(session.pk, held) for session, held in _sessions_with_data(user, now)]
    return sorted(found, key=lambda one: one.last_used or now, reverse=True)


def session_end(actor: Actor, user: User, handle: str, *, now: datetime) -> bool:
    """The one of this handle; False when it has ended already. Raises NotAllowed."""
    keys = [one.key for one in sessions_of(user, now=now) if constant_time_compare(one.handle, handle)]
    return bool(_ended(actor, user, keys, now))


def sessions_end_but(actor: Actor, user: User, kept: str | None, *, now: datetime) -> int:
    """All but the one with the key `kept`. Returns how many. Raises NotAllowed."""
    return _ended(actor, user, [one.key for one in sessions_of(user, now=now) if one.key != kept], now)


def sessions_cut_off(actor: Actor, user: User, *, reason: str, now: datetime, expected: str | None = None) -> int:
    """All of somebody else. Returns how many; an event even if none. Raises NotAllowed, ChangedMeanwhile."""
    with change(actor, Event.SESSIONS_CUT_OFF, user, chain=CHAIN, reason=reason, at=now) as opened:
        refuse_if_changed(opened.target, expected, _("Das Konto wurde inzwischen geändert. Bitte neu laden."))
        opened.facts["sessions"] = count = sessions_end(user, now=now)
    return count


def sessions_end(user: User, *, now: datetime) -> int:
    """As part of something that is an event of its own. Returns how many."""
    own = [session.pk for session, _held in _sessions_with_data(user, now)]
    Session.objects.filter(pk__in=own).delete()
    return len(own)


def sessions_narrow(user: User, most: int, *, now: datetime) -> int:
    """Ends those that began first until `most` are left; their browsers are told why. Returns how many.

    A request that is under way in one of them can keep it alive: then it ends at the next login.
    """
    by_age = sorted(sessions_of(user, now=now), key=lambda one: (one.began or now).timestamp())
    over = by_age[: max(len(by_age) - most, 0)]
    told = SessionStore().encode({ENDED: TOO_MANY})
    return Session.objects.filter(pk__in=[one.key for one in over]).update(session_data=told)


def sessions_tidy(*, now: datetime) -> int:
    """Removes what has expired anyway; returns how many."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def _ended(actor: Actor, user: User, keys: list[str], now: datetime) -> int:
    if not keys:
        return 0
    with change(actor, Event.SESSIONS_ENDED, user, chain=CHAIN, at=now) as opened:
        count = Session.objects.filter(pk__in=keys).delete()[0]
        opened.facts["sessions"] = count
    return count


def _sessions_with_data(user: User, now: datetime) -> Iterable[tuple[Session, Mapping[str, Any]]]:
    for session in Session.objects.filter(expire_date__gt=now).iterator():
        held = session.get_decoded()
        if held.get(SESSION_KEY) == str(user.pk):
            yield session, held


def _opened(key: str, held: Mapping[str, Any]) -> OpenSession:
    return OpenSession(key, _moment(held, BEGAN), _moment(held, LAST_USED), agent=str(held.get(AGENT, "")))


def _moment(held: Mapping[str, Any], name: str) -> datetime | None:
    noted = held.get(name)
    return datetime.fromisoformat(noted) if noted else None
