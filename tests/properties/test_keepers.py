"""Whatever is done to grants, units, groups and accounts, in whatever order: in a restricted place somebody can give
rights, and nothing is refused that would leave somebody who can."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dms.access.actors import actor_for, system_setup
from dms.access.models import Body, BodyKind, Grant, Scope, User
from dms.access.permissions import Permission, Role
from dms.access.rule import can
from dms.accounts.accounts import account_disable, account_enable
from dms.accounts.bodies import body_create, member_add, member_remove
from dms.accounts.body_tree import body_move
from dms.records.models import Dossier
from dms.records.protection.grants import grant_change, grant_give, grant_withdraw
from dms.records.protection.keepers import NobodyLeft
from dms.records.protection.rights import scope_restrict
from tests import factories

pytestmark = pytest.mark.django_db

PEOPLE, BODIES, PLACES = 3, 4, 2
OFFICE, TEAM, OTHER, GROUP = range(BODIES)
"""The team stands below the office; the other unit and the group stand alone."""
Subject = tuple[str, int]
Step = tuple[str, int, int]


@dataclass
class Oracle:
    """The same in a few sets."""

    active: set[int] = field(default_factory=lambda: set(range(PEOPLE)))
    belongs: set[tuple[int, int]] = field(default_factory=set)
    above: dict[int, int | None] = field(
        default_factory=lambda: dict[int, int | None]({OFFICE: None, TEAM: OFFICE, OTHER: None, GROUP: None})
    )
    lasting: set[tuple[int, Subject]] = field(default_factory=set)

    def is_kept(self) -> bool:
        return all(any(self.keeps(person, place) for person in self.active) for place in range(PLACES))

    def keeps(self, person: int, place: int) -> bool:
        subjects: set[Subject] = {("person", person)}
        for belonging, body in self.belongs:
            here: int | None = body
            while belonging == person and here is not None:
                subjects.add(("body", here))
                here = self.above[here]
        return any((place, subject) in self.lasting for subject in subjects)


SUBJECTS: list[Subject] = [("person", 0), ("person", 1), ("body", OFFICE), ("body", TEAM), ("body", GROUP)]
STEPS = st.one_of(
    st.tuples(st.sampled_from(["join", "leave"]), st.integers(0, PEOPLE - 1), st.integers(0, BODIES - 1)),
    st.tuples(st.sampled_from(["disable", "enable"]), st.integers(0, PEOPLE - 1), st.just(0)),
    st.tuples(
        st.sampled_from(["give", "end", "withdraw"]), st.integers(0, PLACES - 1), st.integers(0, len(SUBJECTS) - 1)
    ),
    st.tuples(st.just("move"), st.just(TEAM), st.sampled_from([OFFICE, OTHER])),
)


@given(st.lists(STEPS, min_size=4, max_size=14), st.lists(st.sampled_from(SUBJECTS), min_size=PLACES, max_size=PLACES))
@settings(
    max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_somebody_can_give_rights_in_every_restricted_place(steps: list[Step], first: list[Subject]) -> None:
    with transaction.atomic():
        town = Town(first)
        for step in steps:
            town.go(step)
        transaction.set_rollback(True)


class Town:
    def __init__(self, first: list[Subject]) -> None:
        self.setup, self.oracle = system_setup(), Oracle()
        top = factories.another_scope("Akten")
        factories.file_plan(scope=top)
        self.people = [factories.user_with(name=f"person{number}") for number in range(PEOPLE)]
        office = body_create(self.setup, "Hauptamt", BodyKind.UNIT, top)
        team = body_create(self.setup, "Personal", BodyKind.UNIT, top, parent=office)
        other = body_create(self.setup, "Bauamt", BodyKind.UNIT, top)
        self.bodies = [office, team, other, body_create(self.setup, "Personalrat", BodyKind.GROUP, top)]
        for body in range(BODIES):
            self.go(("join", body % PEOPLE, body))
        self.places = [factories.dossier(f"Personalakte {number}") for number in range(PLACES)]
        for place, subject in enumerate(first):
            self.give(place, subject)
            scope_restrict(self.setup, self.place(place), reason="drawn")
        assert self.oracle.is_kept()

    def place(self, number: int) -> Dossier:
        fresh: Dossier = Dossier.objects.select_related("scope").get(pk=self.places[number].pk)
        return fresh

    def subject(self, subject: Subject) -> User | Body:
        kind, number = subject
        return User.objects.get(pk=self.people[number].pk) if kind == "person" else self.bodies[number]

    def grant(self, place: int, subject: Subject) -> Grant | None:
        whom = {"user" if subject[0] == "person" else "body": self.subject(subject)}
        grants = Grant.objects.select_related("scope", "user", "body")
        return grants.filter(scope=self.place(place).scope, role=Role.RIGHTS, **whom).first()

    def go(self, step: Step) -> None:
        """The service refuses just what the oracle says would leave a place without anybody, and then does nothing."""
        before = self.oracle
        self.oracle = Oracle(set(before.active), set(before.belongs), dict(before.above), set(before.lasting))
        kept_before = not hasattr(self, "places") or before.is_kept()
        try:
            with transaction.atomic():
                getattr(self, step[0])(*step[1:])
        except NobodyLeft:
            assert not self.oracle.is_kept(), f"{step} was refused for nothing"
            self.oracle = before
        else:
            if hasattr(self, "places") and kept_before:
                assert self.oracle.is_kept(), f"{step} went through"
                self.check()

    def check(self) -> None:
        """The rule itself says the same as the oracle."""
        for place in range(PLACES):
            scope = Scope.objects.get(pk=self.place(place).scope_id)
            if not scope.inherits:
                assert any(can(actor_for(one), Permission.GRANT, self.place(place)) for one in self.people)

    def join(self, person: int, body: int) -> None:
        user = User.objects.get(pk=self.people[person].pk)
        if user.is_active:
            member_add(self.setup, self.bodies[body], user)
            self.oracle.belongs.add((person, body))

    def leave(self, person: int, body: int) -> None:
        self.oracle.belongs.discard((person, body))
        member_remove(self.setup, self.bodies[body], self.people[person])

    def disable(self, person: int, _more: int) -> None:
        self.oracle.active.discard(person)
        account_disable(self.setup, self.people[person], now=timezone.now())

    def enable(self, person: int, _more: int) -> None:
        self.oracle.active.add(person)
        account_enable(self.setup, self.people[person], now=timezone.now())

    def give(self, place: int, subject: Subject | int) -> None:
        whom = SUBJECTS[subject] if isinstance(subject, int) else subject
        found = self.subject(whom)
        if self.grant(place, whom) is None and getattr(found, "is_active", True):
            grant_give(self.setup, self.place(place), found, Role.RIGHTS, reason="drawn")
            self.oracle.lasting.add((place, whom))

    def end(self, place: int, subject: int) -> None:
        if grant := self.grant(place, SUBJECTS[subject]):
            self.oracle.lasting.discard((place, SUBJECTS[subject]))
            grant_change(self.setup, grant, valid_to=timezone.localdate() + timedelta(days=3), reason="drawn")

    def withdraw(self, place: int, subject: int) -> None:
        if grant := self.grant(place, SUBJECTS[subject]):
            self.oracle.lasting.discard((place, SUBJECTS[subject]))
            grant_withdraw(self.setup, grant, reason="drawn")

    def move(self, body: int, under: int) -> None:
        self.oracle.above[body] = under
        fresh: Any = Body.objects.get(pk=self.bodies[body].pk)
        body_move(self.setup, fresh, self.bodies[under])
