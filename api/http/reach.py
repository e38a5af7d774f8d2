"""How far a token reaches: everything, reading alone, or handing mail in alone. The door of REST enforces it here.

A browser's session has no token and is not narrowed. What is let through is still decided by the one access rule.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from api.http.problems import Problem
from dms.access.models import ApiToken, TokenReach


class WithinReach(BasePermission):
    """A view says by `intake_methods` what handing mail in needs of it; nearly none needs anything."""

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        if not isinstance(token, ApiToken) or _reaches(token.reach, request.method or "", view):
            return True
        raise Problem(status.HTTP_403_FORBIDDEN, "token_reach", _sentence(token.reach))


def _reaches(reach: str, method: str, view: Any) -> bool:
    if reach == TokenReach.EVERYTHING:
        return True
    if reach == TokenReach.READ:
        return method in SAFE_METHODS
    return method in getattr(view, "intake_methods", ())


def _sentence(reach: str) -> str:
    if reach == TokenReach.READ:
        return _("Dieses Token darf nur lesen. Bitte eines ausstellen, das auch ändern darf.")
    return _("Dieses Token darf nur Post einreichen. Bitte eines ausstellen, das mehr darf.")
