"""Who belongs to a unit or group because a source of people says so, by the groups there that were named for it.

What somebody here decided stays as it is: only what came from the source is taken back when it says so no more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from django.db.models import Q
from django.utils import timezone

from dms.access.actors import Actor
from dms.access.models import Body, Membership, User
from dms.accounts.bodies import member_add, member_remove
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact

log = logging.getLogger(__name__)


def memberships_follow(
    actor: Actor, source: str, user: User, named: Mapping[str, Sequence[str | int]], groups: Iterable[str]
) -> None:
    """`named`: bodies here, by name or number, for each group there. Nothing is raised: whoever logs in cannot help it.

    What cannot be done (a body that is retired, the last who could give rights) is in the log.
    """
    wanted = {body.pk: body for body in _bodies(named, groups)}
    held = {one.body_id: one for one in Membership.objects.filter(user=user).select_related("body")}
    for key, body in wanted.items():
        if key not in held or _is_over(held[key]):
            _try(f"{user} is not taken into {body}", partial(member_add, actor, body, user, source=source))
    for key, membership in held.items():
        if membership.source == source and key not in wanted:
            _try(f"{user} is not taken out of {membership.body}", partial(member_remove, actor, membership.body, user))


def _is_over(membership: Membership) -> bool:
    return membership.valid_to is not None and membership.valid_to < timezone.localdate()


def _try(otherwise: str, act: Callable[[], object]) -> None:
    try:
        act()
    except (NotPossible, InvalidFact) as refusal:
        log.warning("%s: %s", otherwise, refusal)


def _bodies(named: Mapping[str, Sequence[str | int]], groups: Iterable[str]) -> list[Body]:
    """Names of groups are compared as directories do, without looking at capitals."""
    there = {group.casefold() for group in groups}
    keys = {key for group, bodies in named.items() if group.casefold() in there for key in bodies}
    numbers, names = {key for key in keys if isinstance(key, int)}, {key for key in keys if isinstance(key, str)}
    found = list(Body.objects.filter(Q(pk__in=numbers) | Q(name__in=names)))
    for missing in sorted(str(key) for key in keys - {body.pk for body in found} - {body.name for body in found}):
        log.warning("the groups of a source name “%s”, and nothing here is called so", missing)
    return found
