"""Accounts of people who are no longer in the directory: found, and disabled. They could not log in by it anyway; their
sessions and API tokens end with this."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dms.access.actors import system_outside
from dms.accounts.accounts import account_disable
from dms.accounts.directory import LDAP
from dms.accounts.models import OutsideIdentity
from dms.audit.lifecycle import NotPossible
from dms.ports import Directory

MOST = 10
"""Per cent of all at once: more is rather a filter that is wrong than people who have left."""


@dataclass(frozen=True, slots=True)
class Compared:
    all: int
    gone: Sequence[OutsideIdentity]

    @property
    def percent(self) -> int:
        return math.ceil(100 * len(self.gone) / self.all) if self.all else 0


def directory_compare(directory: Directory) -> Compared:
    """Changes nothing. Raises DirectoryUnavailable."""
    known = OutsideIdentity.objects.filter(source=LDAP, user__is_active=True).select_related("user")
    people = list(known.order_by("user__username"))
    return Compared(len(people), [one for one in people if directory.person_by_subject(one.subject) is None])


def directory_disable(gone: Iterable[OutsideIdentity], *, now: datetime) -> list[tuple[OutsideIdentity, str]]:
    """Each on its own. Returns those that stay, and why: the last who gives rights in a restricted place."""
    stay = []
    for identity in gone:
        try:
            account_disable(system_outside(LDAP), identity.user, now=now)
        except NotPossible as refusal:
            stay.append((identity, str(refusal)))
    return stay
