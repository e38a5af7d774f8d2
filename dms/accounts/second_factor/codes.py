"""Looks at what somebody typed as their second factor. A code of the app works once, a recovery code too."""

from __future__ import annotations

import logging
import re
from datetime import datetime
from hmac import compare_digest

import pyotp
from django.db import transaction

from dms.access.actors import actor_for
from dms.access.models import User
from dms.accounts.chain import CHAIN
from dms.accounts.models import AuthenticatorApp, RecoveryCodes
from dms.accounts.sealing import Unreadable, unseal
from dms.accounts.second_factor.recovery import recovery_digest
from dms.audit.door import change
from dms.audit.events import Event

log = logging.getLogger(__name__)
STEP_SECONDS = 30
DRIFT = (-1, 0, 1)
"""A phone's clock may be half a minute off, and people type slowly."""
_DIGITS = re.compile(r"\d{6}")


def second_factor_is_right(user: User, typed: str, *, now: datetime) -> bool:
    """Six digits are looked up in the app, all else among the recovery codes. What was right is used up.

    The caller counts attempts (`dms.access.attempts`).
    """
    clean = re.sub(r"[\s-]", "", typed)
    if _DIGITS.fullmatch(clean):
        return _app_code_use(user, clean, now)
    return _recovery_code_use(user, clean, now)


def step_of_code(secret: str, code: str, *, now: datetime) -> int | None:
    """In which step the app shows this code, at about this time."""
    current, app = int(now.timestamp()) // STEP_SECONDS, pyotp.HOTP(secret)
    return next((current + by for by in DRIFT if compare_digest(app.at(current + by), code)), None)


def _app_code_use(user: User, code: str, now: datetime) -> bool:
    with transaction.atomic():
        app = AuthenticatorApp.objects.select_for_update().filter(user=user).first()
        if app is None:
            return False
        try:
            step = step_of_code(unseal(app.secret), code, now=now)
        except Unreadable:
            log.error("the second factor of account %s was encrypted under another SECRET_KEY", user.username)
            return False
        if step is None or step <= app.last_step:
            return False
        app.last_step = step
        app.save(update_fields=["last_step"])
    return True


def _recovery_code_use(user: User, code: str, now: datetime) -> bool:
    digest = recovery_digest(user, code)
    with transaction.atomic():
        kept = RecoveryCodes.objects.select_for_update().filter(user=user, digests__contains=[digest]).first()
        if kept is None:
            return False
        with change(actor_for(user), Event.RECOVERY_CODE_USED, kept, chain=CHAIN, at=now) as opened:
            opened.target.digests = [one for one in opened.target.digests if one != digest]
            opened.save(opened.target)
    return True
