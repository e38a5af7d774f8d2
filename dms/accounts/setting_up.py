"""How somebody chooses the first password of an account that others made: by a link that works once and for a week.

Whoever issues the link sees it, and could use it. So it opens nothing but an account that nobody has ever been in and
that has no right: neither then nor on the day it is used (docs/decisions/0030). For every other account the answer is
the same as for a link that never was.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from dms.access.actors import Actor, actor_for
from dms.access.models import ApiToken, Clearance, Grant, Membership, User
from dms.access.tokens import token_digest
from dms.accounts.chain import CHAIN
from dms.accounts.models import AuthenticatorApp, OutsideIdentity, Passkey, SetupLink
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from dms.records.meanwhile import refuse_if_changed

LASTS = timedelta(days=7)
LONGEST_CODE = 200
SEPARATOR = "."


class InUse(NotPossible):
    code = "account_in_use"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Dieses Konto wurde schon benutzt, ist gesperrt oder ein Dienstkonto. Ein neues Kennwort gibt nur der"
                " IT-Betrieb."
            )
        )


class HasRights(NotPossible):
    code = "account_has_rights"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Dieses Konto hat schon ein Recht, eine Zugehörigkeit oder eine Ermächtigung. Einen Einrichtungslink"
                " gibt es nur davor; ein Kennwort gibt jetzt nur der IT-Betrieb."
            )
        )


class LinkIsDead(NotPossible):
    """Used, expired, replaced, never issued, or of an account that it may not open: nobody is told which."""

    code = "setup_link_dead"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Dieser Link gilt nicht oder nicht mehr. Bitte lassen Sie sich einen neuen geben. Haben Sie ihn noch"
                " nie benutzt, sagen Sie das bitte auch Ihrem IT-Betrieb: Jemand anderes könnte ihn benutzt haben."
            )
        )


def never_used() -> Q:
    """A condition on accounts: of a person, open, and nobody has ever been able to be in it."""
    ways = (OutsideIdentity, ApiToken, Passkey, AuthenticatorApp)
    condition = Q(
        is_service=False, is_active=True, last_login__isnull=True, password__startswith=UNUSABLE_PASSWORD_PREFIX
    )
    for way in ways:
        condition &= ~Q(Exists(way.objects.filter(user=OuterRef("pk"))))
    return condition


def has_rights() -> Q:
    """A condition on accounts: something holds for them today or will later."""
    running = Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate())
    condition = Q()
    for model in (Grant, Membership, Clearance):
        condition |= Q(Exists(model.objects.filter(running, user=OuterRef("pk"))))
    return condition


def setup_link_issue(actor: Actor, user: User, *, now: datetime, reason: str = "", expected: str | None = None) -> str:
    """Returns the code, which nobody can read again later; the one before it opens nothing any more.

    Raises NotAllowed, InUse, HasRights, ChangedMeanwhile.
    """
    selector, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    with change(
        actor, Event.SETUP_LINK_ISSUED, user, chain=CHAIN, reason=reason, at=now
    ) as opened:  # locks the account
        refuse_if_changed(opened.target, expected, _("Das Konto wurde inzwischen geändert. Bitte neu laden."))
        refuse_unfit(user)
        link = SetupLink.objects.filter(user=user).first() or SetupLink(user=user)
        link.selector, link.digest = selector, token_digest(secret)
        link.issued_at, link.issued_by, link.expires_at, link.used_at = now, actor.key, now + LASTS, None
        opened.save(link)
    return f"{selector}{SEPARATOR}{secret}"


def setup_link_of(code: str, *, now: datetime) -> SetupLink | None:
    """The one that this code opens now, with its user."""
    selector, _separator, secret = code.partition(SEPARATOR)
    link = SetupLink.objects.select_related("user").filter(selector=selector_of(code)).first()
    # compared either way, so that an unknown one takes as long
    fits = constant_time_compare(token_digest(secret), link.digest if link else token_digest(selector))
    return link if link is not None and fits and _opens(link, now) else None


def setup_link_use(link: SetupLink, password: str, *, now: datetime) -> User:
    """Chooses the password; the caller has checked what it has to be like. Raises LinkIsDead."""
    with change(actor_for(link.user), Event.SETUP_LINK_USED, link.user, chain=CHAIN, at=now) as opened:
        fresh = SetupLink.objects.select_for_update().filter(pk=link.pk, digest=link.digest).first()
        if fresh is None or not _opens(fresh, now):
            raise LinkIsDead
        user: User = opened.target
        user.set_password(password)
        opened.save(user)
        fresh.used_at = now
        opened.save(fresh)
        opened.facts["issued_by"] = fresh.issued_by
    return user


def setup_of(user: User) -> SetupLink | None:
    """When and by whose link the first password was chosen; None where it came another way."""
    return SetupLink.objects.filter(user=user, used_at__isnull=False).first()


def selector_of(code: str) -> str:
    """What names a link, right or wrong, and opens nothing."""
    return code.partition(SEPARATOR)[0].replace("\0", "")[:32]


def refuse_unfit(user: User) -> None:
    """Raises InUse, HasRights."""
    if not User.objects.filter(never_used(), pk=user.pk).exists():
        raise InUse
    if User.objects.filter(has_rights(), pk=user.pk).exists():
        raise HasRights


def _opens(link: SetupLink, now: datetime) -> bool:
    if link.used_at is not None or link.expires_at <= now:
        return False
    return User.objects.filter(never_used(), pk=link.user_id).exclude(has_rights()).exists()
