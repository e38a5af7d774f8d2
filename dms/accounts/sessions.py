"""Ends the sessions of one person in all browsers."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from dms.access.models import User


def sessions_end(user: User, *, now: datetime) -> int:
    """Returns how many. Looks into every session that has not expired, for they are not kept by person."""
    own = [
        session.pk
        for session in Session.objects.filter(expire_date__gt=now).iterator()
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    Session.objects.filter(pk__in=own).delete()
    return len(own)


def sessions_tidy(*, now: datetime) -> int:
    """Removes what has expired anyway; returns how many."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]
