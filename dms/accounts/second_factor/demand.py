"""Of whom a second factor is asked: of everybody who has set one up, and of those for whom the town prescribes it."""

from __future__ import annotations

from django.conf import settings

from dms.access.actors import actor_for
from dms.access.models import User
from dms.access.permissions import Role
from dms.access.rule import grants_of
from dms.accounts.models import AuthenticatorApp, Passkey

EVERYBODY = "everybody"
ALLOWED = (EVERYBODY, *(str(role) for role in Role))
"""What SECOND_FACTOR_FOR may name."""


def has_second_factor(user: User) -> bool:
    return AuthenticatorApp.objects.filter(user=user).exists() or Passkey.objects.filter(user=user).exists()


def second_factor_is_demanded(user: User) -> bool:
    """By SECOND_FACTOR_FOR: for everybody, or for a role that this person has anywhere today."""
    asked = set(settings.SECOND_FACTOR_FOR)
    return EVERYBODY in asked or grants_of(actor_for(user)).filter(role__in=asked).exists()
