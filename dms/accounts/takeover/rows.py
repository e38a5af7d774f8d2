"""A line of the organisation as it is written down outside, and what is wrong with one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dms.access.models import BodyKind
from dms.access.permissions import Role


class RowKind(StrEnum):
    UNIT = "unit"
    GROUP = "group"
    POSITION = "position"
    PERSON = "person"
    SERVICE = "service"
    """An account of a program."""
    MEMBERSHIP = "membership"
    GRANT = "grant"


BODIES = {RowKind.UNIT: BodyKind.UNIT, RowKind.GROUP: BodyKind.GROUP, RowKind.POSITION: BodyKind.POSITION}
ACCOUNTS = frozenset({RowKind.PERSON, RowKind.SERVICE})


@dataclass(frozen=True, slots=True)
class OrgRow:
    """One thing. What it does not say stays as it is, or as it is with new ones; `said` are the fields it speaks of.

    `name`: of the body, or of the account; with MEMBERSHIP who belongs, with GRANT who has it (or `body`).
    `parent`: the name of a unit, empty at the top. `place`: where it is kept, or where the grant holds: the name of a
    scope of the town, or the number of a plan entry. `where`: file and line, for people.
    """

    kind: RowKind
    name: str = ""
    parent: str = ""
    place: str = ""
    ended: bool = False
    """A body is retired, an account disabled, somebody taken out, a grant withdrawn."""
    body: str = ""
    role: Role | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    is_deputy: bool = False
    reason: str = ""
    where: str = ""
    said: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[str, ...]:
        """Two lines with the same speak of the same thing."""
        if self.kind in BODIES:
            return ("body", self.name)
        if self.kind in ACCOUNTS:
            return ("account", self.name)
        place, role = (self.place, str(self.role)) if self.kind is RowKind.GRANT else ("", "")
        return (self.kind, self.name, self.body, place, role)

    @property
    def label(self) -> str:
        """`anna · Bauamt`; of a grant `anna · clerk · Akten`."""
        parts = [self.name, self.body, str(self.role or ""), self.place if self.kind is RowKind.GRANT else ""]
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line cannot be taken over. `where` as in OrgRow."""

    where: str
    label: str
    sentence: str

    @property
    def order(self) -> tuple[str, int]:
        """By file and line."""
        file, _colon, line = self.where.rpartition(":")
        return file, int(line) if line.isdigit() else 0
