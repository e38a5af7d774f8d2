"""Whoever sits at an open browser shows once more who they are, before what opens the account is changed.

What is known (a password, a login at the provider) and what is held (an app, a passkey) are asked apart. A password is
typed into the form that it is for; all else is noted in the session, for a few minutes and for one change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from dms.access.models import User
from dms.accounts.directory import asks_directory, directory_password_is_right
from dms.accounts.models import AuthenticatorApp
from dms.accounts.second_factor.recovery import recovery_codes_left
from frontend.entering.oidc import SOURCE, is_offered

KEY = "confirmed"
LASTS = timedelta(minutes=5)


class Factor(StrEnum):
    KNOWN = "known"
    """The password here or in the directory, or a fresh login at the provider."""
    HELD = "held"
    """A code of the app or on paper, or a passkey."""


ALONE = frozenset(Factor)
"""What a passkey is whose device has made sure who holds it (docs/decisions/0019)."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How this person can show that it is they."""

    password: bool
    """There is one here or in the directory."""
    directory: bool
    """It is the one of the directory alone."""
    provider: str
    """What the provider of logins is called; empty where the person has none."""
    code: bool
    passkey: bool
    confirmed: frozenset[Factor]
    """Shown already, elsewhere than in the form."""
    address: str
    """The page on which to show it, and which leads back."""

    @property
    def known(self) -> bool:
        return Factor.KNOWN in self.confirmed

    @property
    def held(self) -> bool:
        return Factor.HELD in self.confirmed


def ways_of(request: HttpRequest, back_to: str) -> Ways:
    user = cast(User, request.user)
    here, there = user.has_usable_password(), asks_directory(user)
    at_provider = is_offered() and user.outside_identities.filter(source=SOURCE).exists()
    return Ways(
        password=here or there,
        directory=there and not here,
        provider=settings.OIDC["label"] if at_provider else "",
        code=AuthenticatorApp.objects.filter(user=user).exists() or recovery_codes_left(user) > 0,
        passkey=user.passkeys.exists(),
        confirmed=confirmed(request, now=timezone.now()),
        address=f"{reverse('account-confirm')}?{urlencode({'next': back_to})}",
    )


def confirm_note(request: HttpRequest, *factors: Factor, now: datetime) -> None:
    """It was shown just now. What was shown before stays, as long as it would have."""
    kept = {name: at for name, at in request.session.get(KEY, {}).items() if _is_fresh(at, now)}
    request.session[KEY] = {**kept, **{str(factor): now.timestamp() for factor in factors}}


def confirmed(request: HttpRequest, *, now: datetime) -> frozenset[Factor]:
    noted = request.session.get(KEY, {})
    return frozenset(factor for factor in Factor if _is_fresh(noted.get(str(factor), 0), now))


def confirmation_spend(request: HttpRequest) -> None:
    """The change has been made; the next one asks again."""
    request.session.pop(KEY, None)


def password_is_right(user: User, password: str) -> bool:
    """Wherever the person's password is kept. The caller counts attempts. Raises OutsideRefused."""
    return user.check_password(password) or directory_password_is_right(user, password)


def _is_fresh(at: float, now: datetime) -> bool:
    return timedelta() <= now - datetime.fromtimestamp(at, tz=now.tzinfo) <= LASTS
