"""API tokens as requests bring them: whose they are, and when they were last used. `dms.accounts` issues them."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db.models import Q

from dms.access.models import ApiToken, User

USE_NOTED_EVERY = timedelta(minutes=1)
"""A busy program must not cost a write with each of its requests."""


def user_of_token(token: str, *, now: datetime) -> User | None:
    found = usable_token(token, now=now)
    return found.user if found else None


def usable_token(token: str, *, now: datetime) -> ApiToken | None:
    """With its user. None if unknown, expired or withdrawn, or if the user may not log in. Notes that it was used."""
    found = (
        ApiToken.objects.select_related("user")
        .filter(ApiToken.usable(now), digest=token_digest(token), user__is_active=True)
        .first()
    )
    if found is None:
        return None
    _note_use(found, now)
    return found


def token_digest(token: str) -> str:
    """A token has 256 random bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _note_use(token: ApiToken, now: datetime) -> None:
    noted_before = now - USE_NOTED_EVERY
    if token.last_used_at is None or token.last_used_at < noted_before:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=noted_before)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
