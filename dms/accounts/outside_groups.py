"""Who belongs to a unit or group because a source of people says so, by the groups there that were named for it.

What somebody here decided stays as it is: only what came from the source is taken back when it says so no more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.db.models import Q
from django.utils import timezone

from dms.access.actors import Actor
from dms.access.models import Body, Membership, User
from dms.accounts.bodies import member_add, member_remove
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Belonging:
    """What follows for one person: the bodies to be taken into, and those to be taken out of."""

    user: User
    new: Sequence[Body]
    over: Sequence[Body]


def belonging_that_follows(
    source: str, user: User, named: Mapping[str, Sequence[str | int]], groups: Iterable[str]
) -> Belonging:
    """Changes nothing. `named`: bodies here, by name or number, for each group there."""
    wanted = {body.pk: body for body in _bodies(named, groups)}
    held = {one.body_id: one for one in Membership.objects.filter(user=user).select_related("body")}
    return Belonging(
        user,
        new=[body for key, body in wanted.items() if key not in held or _is_over(held[key])],
        over=[one.body for key, one in held.items() if one.source == source and key not in wanted],
    )


def memberships_follow(
    actor: Actor, source: str, user: User, named: Mapping[str, Sequence[str | int]], groups: Iterable[str]
) -> None:
    """Nothing is raised: whoever logs in cannot help it. What cannot be done (a body that is retired, the last who
    could give rights) is in the log."""
    belonging_make(actor, source, belonging_that_follows(source, user, named, groups))


def belonging_make(actor: Actor, source: str, found: Belonging) -> list[str]:
    """Each on its own. Gives what could not be done, with the reason, which is in the log as well."""
    user = found.user
    steps: list[tuple[str, Callable[[], object]]] = [
        (f"{user} is not taken into {body}", partial(member_add, actor, body, user, source=source))
        for body in found.new
    ]
    steps += [(f"{user} is not taken out of {body}", partial(member_remove, actor, body, user)) for body in found.over]
    return [said for otherwise, act in steps if (said := _try(otherwise, act))]


def _is_over(membership: Membership) -> bool:
    return membership.valid_to is not None and membership.valid_to < timezone.localdate()


def _try(otherwise: str, act: Callable[[], object]) -> str:
    """What went wrong, empty for nothing."""
    try:
        act()
    except (NotPossible, InvalidFact) as refusal:
        log.warning("%s: %s", otherwise, refusal)
        return f"{otherwise}: {refusal}"
    return ""


def _bodies(named: Mapping[str, Sequence[str | int]], groups: Iterable[str]) -> list[Body]:
    """Names of groups are compared as directories do, without looking at capitals."""
    there = {group.casefold() for group in groups}
    keys = {key for group, bodies in named.items() if group.casefold() in there for key in bodies}
    numbers, names = {key for key in keys if isinstance(key, int)}, {key for key in keys if isinstance(key, str)}
    found = list(Body.objects.filter(Q(pk__in=numbers) | Q(name__in=names)))
    for missing in sorted(str(key) for key in keys - {body.pk for body in found} - {body.name for body in found}):
        log.warning("the groups of a source name “%s”, and nothing here is called so", missing)
    return found
