"""A cookie by which a browser proves that somebody has logged in here to this account before.

Guesses of such a browser are counted apart (`dms.access.attempts`), so a stranger who guesses keeps nobody out. It is
no login, and whoever steals it gains a few guesses of their own (OWASP: device cookies).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from dms.access.attempts import STRANGE_BROWSER, account_key

COOKIE = "registratur_browser"
SALT = "registratur.known_browser"
AGE = timedelta(days=365)
MOST_ACCOUNTS = 20
"""A scanner's desk has more people than one."""


@dataclass(slots=True)
class _Known:
    browser: str
    accounts: list[str] = field(default_factory=list)


def browser_for(request: HttpRequest, username: str) -> str:
    """Its name if it has logged in to this account before, else STRANGE_BROWSER."""
    known = _read(request)
    return known.browser if known and _short(username) in known.accounts else STRANGE_BROWSER


def browser_remember(request: HttpRequest, response: HttpResponseBase, username: str) -> None:
    """From now on it is known to this account; the ones not used for longest are forgotten."""
    known = _read(request) or _Known(secrets.token_hex(16))
    others = [account for account in known.accounts if account != _short(username)]
    value = {"browser": known.browser, "accounts": [_short(username), *others][:MOST_ACCOUNTS]}
    response.set_cookie(
        COOKIE,
        signing.dumps(value, salt=SALT, compress=True),
        max_age=AGE,
        path=reverse(settings.LOGIN_URL),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def _read(request: HttpRequest) -> _Known | None:
    try:
        return _Known(**signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=AGE))
    except signing.BadSignature:
        return None


def _short(username: str) -> str:
    """Enough to tell twenty accounts apart."""
    return account_key(username)[:16]
