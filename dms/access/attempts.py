"""How long somebody has to wait before the next attempt to log in: the more wrong passwords, the longer.

Counted per account, never per address, because a whole office comes from one address. Browsers that have logged in to
the account before are counted apart, so that a stranger who guesses keeps nobody out (docs/decisions/0006).
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from dms.access.models import LoginAttempts

FREE = 5
"""So many wrong passwords cost nothing: people mistype."""
LONGEST = timedelta(minutes=5)
FORGOTTEN_AFTER = timedelta(hours=12)
STRANGE_BROWSER = ""


def attempt_begin(username: str, browser: str, *, now: datetime) -> timedelta:
    """Counts an attempt as failed until `attempts_forget` says otherwise; zero: the password may be looked at.

    Otherwise how long to wait; such an attempt counts for nothing. It is counted before the password is looked at, so
    a hundred guesses at once are no way round. Names that nobody has are counted as well, or the wait would tell them.
    """
    with transaction.atomic():
        account = account_key(username)
        LoginAttempts.objects.bulk_create(
            [LoginAttempts(account=account, browser=browser, failed=0, last_at=now)], ignore_conflicts=True
        )
        row = LoginAttempts.objects.select_for_update().get(account=account, browser=browser)
        if row.last_at < now - FORGOTTEN_AFTER:
            row.failed = 0
        wait = row.last_at + wait_after(row.failed) - now
        if wait > timedelta(0):
            return wait
        row.failed, row.last_at = row.failed + 1, now
        row.save(update_fields=["failed", "last_at"])
    return timedelta(0)


def attempts_forget(username: str, browser: str | None = None) -> None:
    """After the right password, or a new one. Without a browser: for all of them."""
    rows = LoginAttempts.objects.filter(account=account_key(username))
    (rows if browser is None else rows.filter(browser=browser)).delete()


def attempts_tidy(*, now: datetime) -> int:
    """Removes what no longer counts; returns how many."""
    return LoginAttempts.objects.filter(last_at__lt=now - FORGOTTEN_AFTER).delete()[0]


def wait_after(failed: int) -> timedelta:
    """2, 4, 8 … seconds after the free ones, at most LONGEST."""
    if failed < FREE:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(failed - FREE + 1, 20)), LONGEST)


def account_key(username: str) -> str:
    """The same for all spellings that a login or a directory takes for one: spaces around it, capitals, accents, signs
    that cannot be seen. Else each spelling would be a few more guesses. A digest, because people type passwords into
    the field for the name."""
    signs = unicodedata.normalize("NFKD", username).casefold()
    spelling = "".join(sign for sign in signs if sign.isspace() or unicodedata.category(sign)[0] not in "MC")
    spelling = " ".join(spelling.split())
    return salted_hmac("dms.access.attempts", spelling, algorithm="sha256").hexdigest()
