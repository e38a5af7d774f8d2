"""Keeping accounts: what somebody sees and may do who holds the role Kontenverwaltung in all of the town.

They make accounts without a right and without a password, lock and unlock them and end sessions. It shows no record,
and gives no way into an account that is somebody's: that stays with the operators (docs/decisions/0030).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dms.access.actors import Actor
from dms.access.models import User
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.accounts.accounts import account_create, account_disable, account_enable
from dms.accounts.models import AuthenticatorApp, OutsideIdentity, Passkey, SetupLink
from dms.accounts.sessions import sessions_cut_off
from dms.accounts.setting_up import has_rights, never_used
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.order import german
from dms.records.protection.grants import clean_reason

LONGEST_LOGIN = 150
LONGEST_NAME = 150


class AccountState(models.TextChoices):
    OPEN = "open", gettext_lazy("freigegeben")
    WAITING = "waiting", gettext_lazy("noch nicht eingerichtet")
    """Nobody has chosen a password yet or come from outside."""
    LOCKED = "locked", gettext_lazy("gesperrt")


class AccountVerb(StrEnum):
    LOCK = "lock"
    UNLOCK = "unlock"
    END_SESSIONS = "end_sessions"
    ISSUE_SETUP_LINK = "issue_setup_link"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as its keeper sees it. `user` is one of `accounts_visible_to`."""

    actor: Actor
    user: Any

    @property
    def state(self) -> AccountState:
        if not self.user.is_active:
            return AccountState.LOCKED
        return AccountState.WAITING if self.user.is_new else AccountState.OPEN

    @property
    def ways(self) -> list[str]:
        """Where the person logs in: `password`, `ldap`, `oidc`."""
        ways = {"password": self.user.has_usable_password(), "ldap": self.user.by_ldap, "oidc": self.user.by_oidc}
        return [name for name, there in ways.items() if there]

    @property
    def actions(self) -> list[AccountVerb]:
        """What the actor, who keeps accounts, can do with it now; nobody locks themselves."""
        if not self.user.is_active:
            return [AccountVerb.UNLOCK]
        verbs = [] if self.user.pk == self.actor.user_id else [AccountVerb.LOCK, AccountVerb.END_SESSIONS]
        return [*verbs, AccountVerb.ISSUE_SETUP_LINK] if self.user.is_new and not self.user.holds_rights else verbs


def may_keep_accounts(actor: Actor) -> bool:
    return can(actor, Permission.ACCOUNT_MANAGE, None)


def accounts_visible_to(actor: Actor) -> QuerySet[User]:
    """All for whoever keeps them, by login, with what `Account` needs; else none."""
    users = User.objects.order_by(german("username"))
    if not may_keep_accounts(actor):
        return users.none()
    mine = {"user": OuterRef("pk")}
    open_links = SetupLink.objects.filter(used_at__isnull=True, expires_at__gt=timezone.now(), **mine)
    return users.annotate(
        is_new=_told(never_used()),
        holds_rights=_told(has_rights()),
        by_ldap=Exists(OutsideIdentity.objects.filter(source="ldap", **mine)),
        by_oidc=Exists(OutsideIdentity.objects.filter(source="oidc", **mine)),
        has_factor=_told(
            Q(Exists(AuthenticatorApp.objects.filter(**mine))) | Q(Exists(Passkey.objects.filter(**mine)))
        ),
        has_link=Exists(open_links),
        link_expires_at=F("setup_link__expires_at"),
        link_used_at=F("setup_link__used_at"),
        link_issued_by=F("setup_link__issued_by"),
    )


def in_state(accounts: QuerySet[User], state: AccountState) -> QuerySet[User]:
    """Those among `accounts_visible_to`."""
    if state is AccountState.LOCKED:
        return accounts.filter(is_active=False)
    new = never_used()
    return accounts.filter(new) if state is AccountState.WAITING else accounts.filter(~new, is_active=True)


def account_make(
    actor: Actor, login: str, *, reason: str, now: datetime, first_name: str = "", last_name: str = ""
) -> User:
    """Of a person: without a right, and without a password until they choose one by a set-up link or log in elsewhere.

    Raises NotAllowed, InvalidFact.
    """
    login = " ".join(login.split())
    reason = clean_reason(reason)
    if may_keep_accounts(actor) and User.objects.filter(username__iexact=User.normalize_username(login)).exists():
        raise InvalidFact(
            "user", _("Ein Konto dieses Namens gibt es schon; große und kleine Buchstaben zählen gleich.")
        )
    names = (" ".join(first_name.split()), " ".join(last_name.split()))
    try:
        return account_create(actor, login, None, now=now, names=names, reason=reason)
    except ValidationError as error:
        raise _as_fact(error) from None


def account_lock(actor: Actor, user: User, *, reason: str, now: datetime, expected: str | None = None) -> int:
    """Returns how many tokens were withdrawn. Raises NotAllowed, NotPossible (not oneself, locked already), NobodyLeft,
    InvalidFact, ChangedMeanwhile."""
    if not user.is_active and may_keep_accounts(actor):
        raise NotPossible(_("Das Konto ist schon gesperrt."))
    return account_disable(actor, user, now=now, reason=clean_reason(reason), expected=expected)


def account_unlock(actor: Actor, user: User, *, reason: str, now: datetime, expected: str | None = None) -> None:
    """The password is the one from before. Raises NotAllowed, NotPossible, InvalidFact, ChangedMeanwhile."""
    if user.is_active and may_keep_accounts(actor):
        raise NotPossible(_("Das Konto ist nicht gesperrt."))
    account_enable(actor, user, now=now, reason=clean_reason(reason), expected=expected)


def account_end_sessions(actor: Actor, user: User, *, reason: str, now: datetime, expected: str | None = None) -> int:
    """Returns how many. Raises NotAllowed, InvalidFact, ChangedMeanwhile."""
    return sessions_cut_off(actor, user, reason=clean_reason(reason), now=now, expected=expected)


def _told(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _as_fact(error: ValidationError) -> InvalidFact:
    """The first fault, at the field where it was typed."""
    fields = {"username": "user", "first_name": "first_name", "last_name": "last_name"}
    for name, messages in error.message_dict.items():
        return InvalidFact(fields.get(name, "user"), " ".join(messages))
    raise error
