"""What a move to another place consists of: writing goes over, everything is carried and proven, the old is emptied."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from dms.adapters.store_places import Place
from dms.adapters.store_plan import Plan, PlanFile
from dms.ports import Clock, ObjectLocked, ObjectStore
from ingest.objects.carry import carry_over, is_there, left_behind
from ingest.objects.check import Fault, Finding, Progress

SETTLED = timedelta(minutes=10)
"""An upload that began before the move may still arrive at the old place for so long."""
NO_MOVE = "There is no old place: no move is under way."


class MoveNotPossible(Exception):
    """The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Emptied:
    """`stay`: what the new place does not have, and so was not touched. `locked`: what the old store protects."""

    stay: list[Finding]
    locked: int


class Move:
    """Every step repeats safely; what is decided stands in the plan, which all processes look at."""

    def __init__(self, file: PlanFile, plan: Plan, clock: Clock) -> None:
        self._file, self._plan, self._clock = file, plan, clock

    def begin(self, target: Place) -> bool:
        """From now on all that is new goes to the target. False: it is there already, and nothing is left elsewhere.

        A move under way is taken up again, or turned round. Raises MoveNotPossible, NotAPlace, StoreUnavailable.
        """
        plan = self._plan
        if plan.write_to.url == target.url:
            if plan.also_read is None:
                return False
            self._decide(replace(plan, write_to=target, proven=None))
            return True
        if plan.also_read is not None and plan.also_read.url != target.url:
            raise MoveNotPossible(
                f"The move to {plan.write_to.url} has not ended. First end it and empty the old place."
            )
        target.open().prepare()
        self._decide(Plan(target, plan.write_to, self._clock.now()))
        return True

    def size(self) -> int:
        """How many objects lie at the old place."""
        return sum(1 for _key in self._old.keys())  # noqa: SIM118 - not a dict

    def carry_over(self, progress: Progress, *, damaged_too: bool) -> list[Finding]:
        return list(carry_over(self._old, self._new, damaged_too=damaged_too, progress=progress))

    def prove(self, progress: Progress, *, despite: bool) -> list[Finding]:
        """What is missing or damaged at the new place. Nothing, or `despite` it all: the old place may be emptied."""
        found = list(left_behind(self._old, self._new, progress=progress))
        if despite or not found:
            self._decide(replace(self._plan, proven=self._clock.now()))
        return found

    def may_empty(self) -> str:
        """Where the old place is. Raises MoveNotPossible."""
        plan = self._plan
        if plan.also_read is None:
            raise MoveNotPossible(NO_MOVE)
        if plan.proven is None or plan.since is None:
            raise MoveNotPossible("It is not proven yet that everything is there. First: ./manage.py objects move")
        if (rest := plan.since + SETTLED - self._clock.now()) > timedelta(0):
            minutes = rest // timedelta(minutes=1) + 1
            raise MoveNotPossible(
                f"What began before the move may still arrive at the old place. Please try in {minutes} minutes."
            )
        return plan.also_read.url

    def empty_old(self, progress: Progress) -> Emptied:
        """Destroys each object at the old place that the new one has; with none left, the old place is forgotten."""
        self.may_empty()
        old, new, stay, locked = self._old, self._new, [], 0
        for key in list(old.keys()):
            if not is_there(old, new, key):
                stay.append(Finding(key, Fault.MISSING))
                continue
            try:
                old.delete(key)
            except ObjectLocked:
                locked += 1
            progress(1)
        if not stay:
            self._decide(replace(self._plan, also_read=None, proven=None))
        return Emptied(stay, locked)

    @property
    def _new(self) -> ObjectStore:
        return self._plan.write_to.open()

    @property
    def _old(self) -> ObjectStore:
        if self._plan.also_read is None:
            raise MoveNotPossible(NO_MOVE)
        return self._plan.also_read.open()

    def _decide(self, plan: Plan) -> None:
        if plan != self._plan:
            self._file.write(plan)
        self._plan = plan
