"""The rights of a place as rows of a list: what somebody was given there alike is one row of several roles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dms.records.protection.grants import Held


@dataclass(frozen=True, slots=True)
class RightsRow:
    """All that is told beside the roles (where, by whom, why, from when to when) is the same for each of them."""

    roles: tuple[Held, ...]

    @property
    def held(self) -> Held:
        """The first of them, for what they have in common."""
        return self.roles[0]


def rights_rows(held: Iterable[Held]) -> list[RightsRow]:
    """Each where its first right stands."""
    alike: dict[tuple[object, ...], list[Held]] = {}
    for one in held:
        grant = one.grant
        told = (grant.user_id, grant.body_id, grant.scope_id, one.giver, grant.reason, grant.valid_from, grant.valid_to)
        alike.setdefault(told, []).append(one)
    return [RightsRow(tuple(roles)) for roles in alike.values()]
