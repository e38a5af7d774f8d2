"""Recovery codes: ten pieces of paper that each open the account once when the second factor is lost."""

from __future__ import annotations

import hashlib
import secrets

from dms.access.models import User
from dms.accounts.models import RecoveryCodes
from dms.audit.door import Change

HOW_MANY = 10
LENGTH = 16
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i, l, o, 0 and 1, which look alike on paper."""


def recovery_codes_renew(opened: Change, user: User) -> list[str]:
    """Within a door that the caller opened. The ones from before work no longer; gives the new ones, shown once."""
    codes = ["".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(HOW_MANY)]
    kept = RecoveryCodes.objects.filter(user=user).first() or RecoveryCodes(user=user)
    kept.digests = [recovery_digest(user, code) for code in codes]
    opened.save(kept)
    return ["-".join(code[start : start + 4] for start in range(0, LENGTH, 4)) for code in codes]


def recovery_codes_left(user: User) -> int:
    kept = RecoveryCodes.objects.filter(user=user).first()
    return len(kept.digests) if kept else 0


def recovery_digest(user: User, code: str) -> str:
    """A code has 79 random bits, so a plain digest is enough. Large letters and dashes do not count."""
    clean = code.replace("-", "").lower()
    return hashlib.sha256(f"{user.pk}:{clean}".encode()).hexdigest()
