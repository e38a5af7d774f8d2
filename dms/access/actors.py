"""Who acts: a person, or a named part of the system. Nothing in the product happens by "no user"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from dms.access.permissions import Permission

if TYPE_CHECKING:
    from dms.access.models import User


SYSTEM = "system:"
PERSON = "user:"
OPERATOR = "operator:"


@dataclass(slots=True)
class Actor:
    """`key` is what stands in the audit trail: `user:anna`, `system:ingest` or `operator:root`.

    Made once per request or task; the scopes found for it are remembered that long (`dms.access.rule`).
    """

    key: str
    user_id: int | None = None
    everywhere: frozenset[Permission] = frozenset()
    """What a part of the system may do in every scope. Always empty for people."""
    remembered: dict[Permission, frozenset[int]] = field(default_factory=dict, repr=False, compare=False)
    purposes: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """What the person said they read sensitive dossiers for, in this session or request
    (`dms.records.protection.reading`)."""
    cleared_up_to: int | None = field(default=None, repr=False, compare=False)
    """Remembered like the scopes; None until somebody asked (`dms.access.rule.clearance_of`)."""

    @property
    def is_person(self) -> bool:
        return self.user_id is not None


def actor_for(user: User, purposes: Mapping[str, str] | None = None) -> Actor:
    return Actor(key=f"{PERSON}{user.get_username()}", user_id=user.pk, purposes=purposes or {})


def system_ingest() -> Actor:
    """Takes mail in and runs the steps."""
    return Actor("system:ingest", everywhere=frozenset({Permission.INBOX_ADD, Permission.INBOX_PROCESS}))


def system_setup() -> Actor:
    """Sets up a town: scopes, kinds of documents, the file plan, first account and grants, the trained model."""
    accounts = {Permission.GRANT, Permission.ACCOUNT_MANAGE, Permission.ACCOUNT_RESET, Permission.CLEARANCE_GIVE}
    allowed = {*accounts, Permission.CONFIGURE, Permission.PLAN_CHANGE, Permission.PARTY_REGISTER}
    allowed |= {Permission.KINDS_CHANGE}
    return Actor("system:setup", everywhere=frozenset(allowed))


def operator(login: str) -> Actor:
    """Somebody at the command line of the server, by the login there. Manages accounts and the file plan, and reads no
    records."""
    accounts = {Permission.GRANT, Permission.ACCOUNT_MANAGE, Permission.ACCOUNT_RESET, Permission.ACCOUNT_KEEP}
    allowed = accounts | {Permission.PLAN_VIEW, Permission.PLAN_CHANGE, Permission.READS_AUDIT}
    return Actor(f"{OPERATOR}{login}", everywhere=frozenset(allowed))


def system_outside(source: str) -> Actor:
    """A source of people outside (`dms.accounts.outside`): it makes accounts, and says who belongs where."""
    return Actor(
        f"{SYSTEM}{source}",
        everywhere=frozenset({Permission.ACCOUNT_MANAGE, Permission.ACCOUNT_KEEP, Permission.GRANT}),
    )


def actor_in_words(key: str) -> str:
    """`anna` for `user:anna`; who works at the server as such, and parts of the system by what they do."""
    if key.startswith(PERSON):
        return key.removeprefix(PERSON)
    if key.startswith(OPERATOR):
        return _("{login} (IT-Betrieb)").format(login=key.removeprefix(OPERATOR))
    names = {
        "ingest": _("Posteingang (System)"), "setup": _("Einrichtung (System)"),
        "oidc": _("Anmeldedienst (System)"), "ldap": _("Verzeichnisdienst (System)"),
    }  # fmt: skip
    return names.get(key.removeprefix(SYSTEM), key)
