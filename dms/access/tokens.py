"""API tokens: made once, kept as a digest, checked on each request."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.db.models import Q

from dms.access.models import ApiToken, User

PREFIX = "reg_"  # lets secret scanners recognise a leaked token


def token_issue(user: User, *, expires_at: datetime | None = None) -> str:
    """Returns the token, which nobody can read again later. 256 random bits, so a plain SHA-256 is enough."""
    token = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, digest=_digest(token), expires_at=expires_at)
    return token


def user_of_token(token: str, *, now: datetime) -> User | None:
    """None for an unknown or expired token and for a user who may not log in."""
    valid = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    found = ApiToken.objects.select_related("user").filter(valid, digest=_digest(token), user__is_active=True).first()
    return found.user if found else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
