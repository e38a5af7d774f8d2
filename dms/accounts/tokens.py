"""Issuing and withdrawing API tokens; each is an event."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from itertools import count

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.models import ApiToken, TokenReach, User
from dms.access.tokens import token_digest
from dms.accounts.chain import CHAIN
from dms.audit.door import change
from dms.audit.events import Event

LONGEST_NAME = 100
PREFIX = "reg_"  # lets secret scanners recognise a leaked token


class NameTaken(Exception):
    """The user has a usable token of this name already; two of them could not be told apart when one is lost."""


def token_issue(
    actor: Actor,
    user: User,
    *,
    name: str,
    now: datetime,
    expires_at: datetime | None,
    numbered: bool = False,
    reach: TokenReach = TokenReach.EVERYTHING,
) -> str:
    """Returns the token, which nobody can read again later. Raises NotAllowed, and NameTaken for a name in use.

    So the same form sent twice makes one token. `numbered`: a name in use gets the next number behind it instead, for
    programs that fetch their own.
    """
    token = PREFIX + secrets.token_urlsafe(32)
    with change(actor, Event.TOKEN_ISSUED, user, chain=CHAIN, at=now) as opened:  # locks the account
        used = set(ApiToken.objects.filter(ApiToken.usable(now), user=user).values_list("name", flat=True))
        if numbered:
            name = next(one for one in _numbered(name) if one not in used)
        if name and name in used:
            raise NameTaken
        row = ApiToken(
            user=user, name=name, reach=reach, digest=token_digest(token), created_at=now, expires_at=expires_at
        )
        opened.save(row)
    return token


def usual_name(now: datetime) -> str:
    """Of a token that an operator made without a name; in the language of the town, whose people read it."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("Befehlszeile, {day}").format(day=date_format(timezone.localtime(now), "d.m.Y"))


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} ({number})" for number in count(2))


def token_withdraw(actor: Actor, token: ApiToken, *, now: datetime, event: Event = Event.TOKEN_WITHDRAWN) -> None:
    """The next request with it is refused. Repeats safely. Raises NotAllowed."""
    if token.withdrawn_at is not None:
        return
    with change(actor, event, token, chain=CHAIN, at=now) as opened:
        opened.target.withdrawn_at = opened.target.withdrawn_at or now
        opened.save(opened.target)


def tokens_withdraw(actor: Actor, user: User, *, now: datetime, event: Event = Event.TOKEN_WITHDRAWN) -> int:
    """All of the user's; returns how many were usable."""
    usable = list(ApiToken.objects.filter(ApiToken.usable(now), user=user).order_by("pk"))
    for token in usable:
        token_withdraw(actor, token, now=now, event=event)
    return len(usable)
