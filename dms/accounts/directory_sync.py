"""What has changed in the directory meanwhile, found and followed without anybody logging in: who is no longer in it is
disabled (sessions and API tokens end with that), and who joined or left a group there belongs accordingly here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dms.access.actors import system_outside
from dms.access.models import Membership
from dms.accounts.accounts import account_disable
from dms.accounts.directory import LDAP, directory_source
from dms.accounts.models import OutsideIdentity
from dms.accounts.outside_groups import Belonging, belonging_make, belonging_that_follows
from dms.audit.lifecycle import NotPossible
from dms.ports import Directory

MOST = 10
"""Per cent of all at once: more is rather a filter that is wrong than people who have left."""


@dataclass(frozen=True, slots=True)
class Compared:
    all: int
    gone: Sequence[OutsideIdentity]
    belonging: Sequence[Belonging]
    """Of those who are still there, where something differs."""
    held: int
    """So many memberships came from the directory."""

    @property
    def percent(self) -> int:
        """Of the people or of the memberships, whichever loses more."""
        over = sum(len(one.over) for one in self.belonging)
        return max(_percent(len(self.gone), self.all), _percent(over, self.held))


def directory_compare(directory: Directory) -> Compared:
    """Changes nothing. Raises DirectoryUnavailable."""
    known = OutsideIdentity.objects.filter(source=LDAP, user__is_active=True).select_related("user")
    people, gone, belonging = list(known.order_by("user__username")), [], []
    groups = directory_source().groups
    for identity in people:
        person = directory.person_by_subject(identity.subject)
        if person is None:
            gone.append(identity)
        elif person.groups is not None:
            found = belonging_that_follows(LDAP, identity.user, groups, person.groups)
            belonging += [found] if found.new or found.over else []
    held = Membership.objects.filter(source=LDAP, user__in=[one.user_id for one in people]).count()
    return Compared(len(people), gone, belonging, held)


def directory_disable(gone: Iterable[OutsideIdentity], *, now: datetime) -> list[tuple[OutsideIdentity, str]]:
    """Each on its own. Returns those that stay, and why: the last who gives rights in a restricted place."""
    stay = []
    for identity in gone:
        try:
            account_disable(system_outside(LDAP), identity.user, now=now)
        except NotPossible as refusal:
            stay.append((identity, str(refusal)))
    return stay


def directory_follow(belonging: Iterable[Belonging]) -> list[str]:
    """Takes people in and out. Returns what could not be done, and why."""
    actor = system_outside(LDAP)
    return [said for one in belonging for said in belonging_make(actor, LDAP, one)]


def _percent(part: int, whole: int) -> int:
    return math.ceil(100 * part / whole) if whole else 0
