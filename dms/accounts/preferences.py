"""What people like: kept with their account, and nothing that has to be proven later."""

from __future__ import annotations

from dms.access.models import User


def language_keep(user: User, code: str) -> None:
    """Empty: as the browser prefers."""
    User.objects.filter(pk=user.pk).update(language=code)
    user.language = code
