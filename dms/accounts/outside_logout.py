"""A login has ended at the provider, so what it opened here ends, too: one session, or all that came from there."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction

from dms.access.actors import system_outside
from dms.access.models import User
from dms.accounts.chain import CHAIN
from dms.accounts.models import SpentLogout
from dms.audit.door import change
from dms.audit.events import Event

SUBJECT, PROVIDER_SESSION = "outside_subject", "outside_session"
"""What a session notes of the login elsewhere that opened it."""
KEPT = timedelta(hours=1)
"""Longer than any token is taken (`dms.adapters.oidc_logout`)."""


def logout_spend(token_id: str, *, now: datetime) -> bool:
    """False for one that has worked already."""
    digest = hashlib.sha256(token_id.encode()).hexdigest()
    try:
        with transaction.atomic():
            SpentLogout.objects.create(digest=digest, at=now)
    except IntegrityError:
        return False
    return True


def sessions_of_outside_end(source: str, subject: str, session: str, *, now: datetime) -> int:
    """Those that a login of `subject` opened, or only the one of `session` there: what is empty does not count.

    Sessions that were opened by the password here or a passkey stay, and API tokens do. Returns how many.
    """
    wanted = {SUBJECT: subject, PROVIDER_SESSION: session}
    keys: dict[int | None, list[str]] = {}
    for one in Session.objects.filter(expire_date__gt=now).iterator():
        held = one.get_decoded()
        if held.get(SUBJECT) and all(held.get(name) == value for name, value in wanted.items() if value):
            keys.setdefault(int(held[SESSION_KEY]) if SESSION_KEY in held else None, []).append(one.pk)
    begun = keys.pop(None, [])  # of logins that still wait for the second factor: nobody was in
    count = Session.objects.filter(pk__in=begun).delete()[0]
    for user in User.objects.filter(pk__in=[key for key in keys if key is not None]):
        with change(system_outside(source), Event.SESSIONS_ENDED, user, chain=CHAIN, at=now) as opened:
            opened.facts["sessions"] = Session.objects.filter(pk__in=keys[user.pk]).delete()[0]
            count += opened.facts["sessions"]
    return count


def logouts_tidy(*, now: datetime) -> int:
    """Removes what no longer counts; returns how many."""
    return SpentLogout.objects.filter(at__lt=now - KEPT).delete()[0]
