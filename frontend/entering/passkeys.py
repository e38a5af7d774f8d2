"""Between browser and passkeys: which site we are, and the challenge that waits in the session for one answer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from dms.access.models import User
from dms.accounts.second_factor.passkeys import Challenge, Site, passkey_user

KEY = "passkey_challenge"


def site_of(request: HttpRequest) -> Site:
    return Site(
        host=request.get_host().rpartition(":")[0] or request.get_host(),
        origin=f"{request.scheme}://{request.get_host()}",
    )


def challenge_keep(request: HttpRequest, purpose: str, challenge: Challenge) -> None:
    request.session[KEY] = {"purpose": purpose, "challenge": challenge}


def challenge_take(request: HttpRequest, purpose: str) -> Challenge | None:
    """Good once, and only for what it was given out for."""
    kept: dict[str, Any] | None = request.session.pop(KEY, None)
    return kept["challenge"] if kept and kept["purpose"] == purpose else None


def passkey_answered(request: HttpRequest, user: User | None, purpose: str = "") -> User | None:
    """Whose passkey stands in the form; with a user, only theirs counts."""
    challenge = challenge_take(request, purpose or ("second" if user else "login"))
    if challenge is None:
        return None
    answer = request.POST.get("credential", "")
    return passkey_user(site_of(request), challenge, answer, user, now=timezone.now())
