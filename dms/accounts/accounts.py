"""Making accounts, passwords, disabling and enabling: each is an event, and no event holds a password."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.attempts import attempts_forget
from dms.access.models import User
from dms.accounts.chain import CHAIN
from dms.accounts.models import SetupLink
from dms.accounts.sessions import sessions_end
from dms.accounts.tokens import tokens_withdraw
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from dms.audit.models import EventRow, target_name
from dms.records.meanwhile import refuse_if_changed
from dms.records.protection.keepers import keepers_stay


class NoPasswordForPrograms(NotPossible):
    code = "service_account"

    def __init__(self) -> None:
        super().__init__(_("Ein Dienstkonto meldet sich nur mit Token an und bekommt kein Kennwort."))


class NotOneself(NotPossible):
    code = "not_oneself"

    def __init__(self) -> None:
        super().__init__(_("Das eigene Konto sperrt niemand selbst. Bitte jemand anderen darum bitten."))


def account_create(
    actor: Actor, username: str, password: str | None, *, now: datetime, service: bool = False,
    names: tuple[str, str] = ("", ""), reason: str = "",
) -> User:  # fmt: skip
    """Without a password nobody logs in until one is set; for a service account none ever is.
    `names`: given and family name.

    Raises NotAllowed, and ValidationError for a name that is taken or has signs that a name may not have.
    """
    user = User(username=User.normalize_username(username), is_service=service, first_name=names[0], last_name=names[1])
    user.set_password(None if service else password)
    user.full_clean()
    with change(actor, Event.ACCOUNT_CREATED, chain=CHAIN, reason=reason, at=now) as opened:
        opened.save(user)
    return user


def password_change(actor: Actor, user: User, password: str, *, now: datetime) -> User:
    """One's own. Ends all sessions, so the caller has to keep alive the one it works in. Raises NotAllowed.

    The caller has checked the old password and what the new one has to be like.
    """
    return _set_password(actor, Event.PASSWORD_CHANGED, user, password, now)


def password_reset(actor: Actor, user: User, password: str, *, now: datetime) -> User:
    """Somebody else's: ends all sessions and forgets failed attempts to log in; tokens stay.

    Raises NotAllowed, NoPasswordForPrograms.
    """
    changed = _set_password(actor, Event.PASSWORD_RESET, user, password, now)
    attempts_forget(user.username)
    return changed


def password_is_chosen(user: User) -> bool:
    """Whether it is another one than the account was made with."""
    names = [Event.PASSWORD_CHANGED, Event.PASSWORD_RESET]
    return EventRow.objects.filter(target=target_name(user), name__in=names).exists()


def account_disable(actor: Actor, user: User, *, now: datetime, reason: str = "", expected: str | None = None) -> int:
    """Stops everything at once and for good: sessions end, tokens are withdrawn, a set-up link opens nothing any more,
    so that enabling brings none back.

    Returns how many tokens were withdrawn. Raises NotAllowed, NotOneself, NobodyLeft, ChangedMeanwhile.
    """
    if user.pk == actor.user_id:
        raise NotOneself
    with keepers_stay(actor):
        _set_active(actor, Event.ACCOUNT_DISABLED, user, active=False, now=now, reason=reason, expected=expected)
    sessions_end(user, now=now)
    event = Event.TOKEN_CUT_OFF if actor.is_person else Event.TOKEN_WITHDRAWN  # people withdraw their own alone
    return tokens_withdraw(actor, user, now=now, event=event)


def account_enable(actor: Actor, user: User, *, now: datetime, reason: str = "", expected: str | None = None) -> None:
    """The password is the one from before. Raises NotAllowed, ChangedMeanwhile."""
    _set_active(actor, Event.ACCOUNT_ENABLED, user, active=True, now=now, reason=reason, expected=expected)


def _set_password(actor: Actor, event: Event, user: User, password: str, now: datetime) -> User:
    with change(actor, event, user, chain=CHAIN, at=now) as opened:
        changed: User = opened.target
        if changed.is_service:
            raise NoPasswordForPrograms
        changed.set_password(password)
        opened.save(changed)
    return changed


def _set_active(
    actor: Actor, event: Event, user: User, *, active: bool, now: datetime, reason: str, expected: str | None
) -> None:
    with change(actor, event, user, chain=CHAIN, reason=reason, at=now) as opened:
        refuse_if_changed(opened.target, expected, _("Das Konto wurde inzwischen geändert. Bitte neu laden."))
        for link in SetupLink.objects.filter(user=user, used_at__isnull=True):
            opened.delete(link)
        opened.target.is_active = active
        opened.save(opened.target)
