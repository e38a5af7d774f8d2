"""Takes an organisation over from lines of a table: all of it or nothing.

The dry run does it all and takes it back, so it tells what the import will meet. What no line names stays as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.rule import NotAllowed, forget_rights
from dms.accounts.takeover import taking
from dms.accounts.takeover.rows import ACCOUNTS, BODIES, OrgRow, Problem, RowKind
from dms.accounts.takeover.taking import Taker
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.meanwhile import ChangedMeanwhile
from dms.records.protection.keepers import keepers_stay

Take = Callable[[Taker, OrgRow], bool]
ORDER: Sequence[tuple[str, Collection[RowKind], Take]] = (
    ("+", BODIES, taking.body_begin),
    ("+", ACCOUNTS, taking.account_begin),
    ("+", {RowKind.MEMBERSHIP}, taking.member_begin),
    ("+", {RowKind.GRANT}, taking.grant_begin),
    ("-", {RowKind.MEMBERSHIP}, taking.member_end),
    ("-", {RowKind.GRANT}, taking.grant_end),
    ("-", BODIES, taking.body_end),
    ("-", ACCOUNTS, taking.account_end),
)
"""First all that is new, so that nobody who gives rights goes before their successor has come."""


@dataclass(frozen=True, slots=True)
class Taken:
    """`+` begun (made, moved, given), `-` changed or ended."""

    sign: str
    row: OrgRow


@dataclass(slots=True)
class Comparison:
    taken: list[Taken] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.taken

    @property
    def digest(self) -> str:
        """Another one when something else would be done."""
        told = [f"{one.sign}{one.row.key}" for one in self.taken]
        return hashlib.sha256("\n".join([*told, str(self.unchanged)]).encode()).hexdigest()


class ImportRefused(NotPossible):
    """The lines cannot be taken over as they are; `problems` say why."""

    code = "organisation_import_refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(_("Die Datei lässt sich so nicht übernehmen; es wurde nichts geändert."))
        self.problems = problems


def organisation_compare(actor: Actor, rows: Sequence[OrgRow], *, reason: str) -> Comparison:
    """The dry run: changes nothing."""
    with transaction.atomic():
        found = _take(actor, rows, reason)
        transaction.set_rollback(True)
    forget_rights(actor)
    return found


def organisation_import(
    actor: Actor, rows: Sequence[OrgRow], *, reason: str, expected: str | None = None
) -> Comparison:
    """`expected`: the digest of the comparison that was looked at. Raises ImportRefused, ChangedMeanwhile; nothing has
    happened then."""
    try:
        with transaction.atomic():
            found = _take(actor, rows, reason)
            if found.problems:
                raise ImportRefused(found.problems)
            if expected is not None and found.digest != expected:
                raise ChangedMeanwhile(
                    _("Die Organisation hat sich inzwischen geändert. Bitte noch einmal vergleichen.")
                )
    finally:
        forget_rights(actor)
    return found


def _take(actor: Actor, rows: Sequence[OrgRow], reason: str) -> Comparison:
    forget_rights(actor)  # what was known of them before may be of another day
    rows, problems = _each_once(rows)
    found, taker = Comparison(problems=problems), Taker(actor, reason)
    changed: set[OrgRow] = set()
    with keepers_stay(actor):  # held from the start, for some steps lock rows before they would ask for it
        for sign, kinds, take in ORDER:
            done, refused = _take_all(taker, [row for row in rows if row.kind in kinds], take)
            changed |= set(done)
            found.taken += [Taken(sign, row) for row in done]
            found.problems += refused
            rows = [row for row in rows if row.where not in {one.where for one in refused}]
    found.unchanged = len(set(rows) - changed)
    return found


def _take_all(taker: Taker, rows: Sequence[OrgRow], take: Take) -> tuple[list[OrgRow], list[Problem]]:
    """Round after round, as long as one brings something: what stands below another may come first in the file."""
    done: list[OrgRow] = []
    while True:
        refused: dict[OrgRow, str] = {}
        before = len(done)
        for row in rows:
            try:
                with transaction.atomic():
                    if take(taker, row):
                        done.append(row)
            except (NotPossible, InvalidFact) as error:
                refused[row] = str(error)
            except NotAllowed:
                refused[row] = _("Dazu fehlt hier das Recht.")
            except ValidationError as error:
                refused[row] = " ".join(error.messages)
        if not refused or len(done) == before:
            return done, [
                Problem(row.where, row.label, each)
                for row, sentence in refused.items()
                for each in (taking.missing_names(taker, row) or [sentence])
            ]
        rows = list(refused)


def _each_once(rows: Sequence[OrgRow]) -> tuple[list[OrgRow], list[Problem]]:
    once: dict[tuple[str, ...], OrgRow] = {}
    problems = []
    for row in rows:
        if first := once.get(row.key):
            sentence = _("Davon spricht schon Zeile {line}.").format(line=first.where)
            problems.append(Problem(row.where, row.label, sentence))
        once.setdefault(row.key, row)
    return list(once.values()), problems
