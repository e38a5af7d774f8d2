"""Lists are in German order, with numbers by what they count, in the database and in memory alike."""

from __future__ import annotations

from random import Random

import pytest
from django.db.models import QuerySet

from dms.access.actors import system_setup
from dms.access.models import Body, BodyKind
from dms.accounts.bodies import body_create
from dms.accounts.organisation import tree_of_bodies
from dms.records.order import german, german_key
from tests import factories

RIGHT = [
    "Amt 2",
    "Amt 10",
    "amt 11",
    "Bauamt",
    "Öffentlichkeit",
    "Ordnungsamt",
    "Straßenbau",
    "Strasser",
    "Überhang",
    "Zoo",
]


@pytest.fixture
def bodies(db: None) -> QuerySet[Body]:
    town, setup = factories.town(), system_setup()
    for name in Random(1).sample(RIGHT, len(RIGHT)):
        body_create(setup, name, BodyKind.UNIT, town)
    return Body.objects.all()


def test_the_database_and_the_memory_sort_as_a_dictionary_does(bodies: QuerySet[Body]) -> None:
    assert list(bodies.order_by(german("name")).values_list("name", flat=True)) == RIGHT
    assert sorted(Random(2).sample(RIGHT, len(RIGHT)), key=german_key) == RIGHT


def test_the_tree_of_the_organisation_and_the_holdings_are_in_this_order(bodies: QuerySet[Body]) -> None:
    from dms.access.actors import actor_for
    from dms.access.permissions import Role
    from dms.records.holdings.listing import HoldingsAsked, holdings_asked

    reader = actor_for(factories.user_with(Role.RIGHTS, Role.REGISTRY, name="renate"))
    units, _groups = tree_of_bodies(reader)
    assert [one.body.name for one in units] == RIGHT
    factories.file_plan()
    numbers = [factories.dossier(f"Akte {number}").reference_number for number in range(1, 12)]
    assert [one.reference_number for one in holdings_asked(reader, HoldingsAsked())] == numbers
