"""Units, groups, positions, who belongs to them, and people, by REST."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from dms.access.actors import system_setup
from dms.access.models import Body, BodyKind, Membership, Scope, User
from dms.access.permissions import Role
from dms.accounts.bodies import body_create, member_add
from tests import factories
from tests.factories import ClientOf

API = "/api/v1/"
WHY = {"reason": "neuer Geschäftsverteilungsplan"}


@pytest.fixture
def renate(scope: Scope) -> User:
    return factories.user_with(Role.RIGHTS, name="renate", scope=scope)


@pytest.fixture
def giver(renate: User, client_of: ClientOf) -> APIClient:
    """Gives rights in the whole town."""
    return client_of(renate)


@pytest.fixture
def office(scope: Scope) -> Body:
    return body_create(system_setup(), "Bauamt", BodyKind.UNIT, scope)


def test_a_unit_is_made_renamed_moved_retired_and_used_again(giver: APIClient, scope: Scope) -> None:
    [place] = giver.get(f"{API}bodies/places/").json()
    assert place == {"id": scope.pk, "name": scope.name}
    new = {"kind": "unit", "name": "Bauamt", "scope": scope.pk, **WHY}
    made = giver.post(f"{API}bodies/", new, format="json")
    assert made.status_code == 201
    told = made.json()
    assert (told["scope"], told["parent"], told["people"]) == (place, None, 0)
    assert told["actions"] == ["change", "move", "add_member", "add_below", "retire"]
    desk = {"kind": "position", "name": "Sachgebietsleitung", "parent": told["id"], **WHY}
    below = giver.post(f"{API}bodies/", desk, format="json").json()
    assert below["parent"] == {"id": told["id"], "kind": "unit", "name": "Bauamt"}
    other = giver.post(f"{API}bodies/", {**new, "name": "Umweltamt"}, format="json").json()
    change = {"name": "Leitung", "parent": other["id"], **WHY}
    changed = giver.patch(f"{API}bodies/{below['id']}/", change, format="json")
    assert (changed.json()["name"], changed.json()["parent"]["name"]) == ("Leitung", "Umweltamt")
    here = f"{API}bodies/{told['id']}/"
    assert giver.post(f"{here}retire/", WHY, format="json").json()["actions"] == ["revive"]
    assert [one["name"] for one in giver.get(f"{API}bodies/?state=active").json()["results"]] == [
        "Leitung",
        "Umweltamt",
    ]
    assert giver.post(f"{here}revive/", WHY, format="json").json()["state"] == "active"
    assert [one["event"] for one in giver.get(f"{here}history/").json()] == [
        "body:created", "body:retired", "body:revived"
    ]  # fmt: skip
    found = giver.get(f"{API}bodies/?q=amt&kind=unit").json()["results"]
    assert [one["name"] for one in found] == ["Bauamt", "Umweltamt"]


def test_a_change_with_another_etag_is_refused_and_changes_neither_name_nor_place(
    giver: APIClient, office: Body
) -> None:
    above = body_create(system_setup(), "Dezernat", BodyKind.UNIT, office.scope)
    here = f"{API}bodies/{office.pk}/"
    stale = giver.get(here)["ETag"]
    ask = {"name": "Bauverwaltung", "parent": above.pk, **WHY}
    assert giver.patch(here, {"name": "Hochbau", **WHY}, format="json", headers={"If-Match": stale}).status_code == 200
    refused = giver.patch(here, ask, format="json", headers={"If-Match": stale})
    assert (refused.status_code, refused.json()["code"]) == (412, "changed_meanwhile")
    office.refresh_from_db()
    assert (office.name, office.parent) == ("Hochbau", None)
    fresh = giver.get(here)["ETag"]
    assert giver.patch(here, ask, format="json", headers={"If-Match": fresh}).json()["parent"]["id"] == above.pk


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"kind": "unit", "name": " ", "scope": "here", **WHY}, "name"),
        ({"kind": "unit", "name": "Bauamt", "scope": "here", **WHY}, "name"),
        ({"kind": "unit", "name": "Neu", **WHY}, "scope"),
        ({"kind": "unit", "name": "Neu", "scope": 987654321, **WHY}, "scope"),
        ({"kind": "unit", "name": "Neu", "scope": "here"}, "reason"),
        ({"kind": "position", "name": "Neu", "scope": "here", **WHY}, "parent"),
        ({"kind": "unit", "name": "Neu", "parent": 987654321, **WHY}, "parent"),
        ({"kind": "unit", "name": "Neu", "parent": 10**30, **WHY}, "parent"),
        ({"kind": "team", "name": "Neu", "scope": "here", **WHY}, "kind"),
        ({"kind": "unit", "name": "Neu", "scope": "here", "state": "retired", **WHY}, "state"),
    ],
)
def test_a_wrong_unit_is_refused_by_name(giver: APIClient, office: Body, asked: dict[str, Any], field: str) -> None:
    if asked.get("scope") == "here":
        asked = {**asked, "scope": office.scope_id}
    answer = giver.post(f"{API}bodies/", asked, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_people_are_taken_in_for_a_time_and_taken_out_again(giver: APIClient, office: Body, scope: Scope) -> None:
    factories.user_with(name="carl", scope=scope)
    last = (timezone.localdate() + timedelta(days=30)).isoformat()
    here = f"{API}bodies/{office.pk}/members/"
    taken = giver.post(here, {"user": "carl", "valid_to": last, **WHY}, format="json")
    assert taken.status_code == 201
    row = taken.json()
    assert (row["user"], row["valid_to"], row["is_deputy"]) == ("carl", last, False)
    assert row["actions"] == ["change", "remove"]
    assert [one["user"] for one in giver.get(here).json()] == ["carl"]
    assert giver.get(f"{API}bodies/{office.pk}/").json()["people"] == 1
    mine = f"{API}memberships/{row['id']}/"
    stale = giver.get(mine)["ETag"]
    assert giver.patch(mine, {"valid_to": None, **WHY}, format="json").json()["valid_to"] is None
    late = giver.patch(mine, {"valid_to": last, **WHY}, format="json", headers={"If-Match": stale})
    assert late.status_code == 412
    stale = giver.get(mine)["ETag"]
    remove = f"{mine}remove/"
    assert giver.post(remove, WHY, format="json", headers={"If-Match": stale}).status_code == 204
    assert giver.get(here).json() == []
    assert giver.get(mine).status_code == 404


def test_a_position_has_deputies_who_have_a_last_day(giver: APIClient, office: Body, scope: Scope) -> None:
    factories.user_with(name="carl", scope=scope)
    desk = body_create(system_setup(), "Amtsleitung", BodyKind.POSITION, None, parent=office)
    ask = {"user": "carl", "is_deputy": True, **WHY}
    endless = giver.post(f"{API}bodies/{desk.pk}/members/", ask, format="json")
    assert (endless.status_code, list(endless.json()["errors"])) == (400, ["valid_to"])
    last = timezone.localdate().isoformat()
    taken = giver.post(f"{API}bodies/{desk.pk}/members/", {**ask, "valid_to": last}, format="json")
    assert taken.json()["is_deputy"] is True
    in_unit = giver.post(f"{API}bodies/{office.pk}/members/", {**ask, "valid_to": last}, format="json")
    assert (in_unit.status_code, list(in_unit.json()["errors"])) == (400, ["is_deputy"])


def test_nobody_takes_themselves_in_nor_changes_how_long_they_belong(
    giver: APIClient, renate: User, office: Body
) -> None:
    here = f"{API}bodies/{office.pk}/members/"
    refused = giver.post(here, {"user": "renate", **WHY}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_oneself")
    member_add(system_setup(), office, renate)
    row = giver.get(here).json()[0]
    assert row["actions"] == ["remove"]
    refused = giver.patch(f"{API}memberships/{row['id']}/", {"valid_to": None, **WHY}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_oneself")


def test_who_gives_no_rights_sees_themselves_alone(api: APIClient, clerk: User, office: Body) -> None:
    member_add(system_setup(), office, clerk)
    for path in ("bodies/", f"people/?q={office.name}"):
        assert api.get(f"{API}{path}").json()["results"] == []
    assert api.get(f"{API}bodies/places/").json() == []
    assert [one["user"] for one in api.get(f"{API}people/").json()["results"]] == ["clerk"]
    me = api.get(f"{API}people/{clerk.pk}/").json()
    assert [one["body"]["name"] for one in me["memberships"]] == ["Bauamt"]
    assert me["memberships"][0]["actions"] == []
    assert len(me["reasons"]) == 1
    assert [one["role"] for one in api.get(f"{API}people/{clerk.pk}/grants/").json()] == ["clerk"]
    missing = api.get(f"{API}bodies/987654321/")
    row = Membership.objects.get()
    other = factories.user_with(name="berta")
    for hidden in (
        f"bodies/{office.pk}/",
        f"bodies/{office.pk}/members/",
        f"memberships/{row.pk}/",
        f"people/{other.pk}/",
    ):
        answer = api.get(f"{API}{hidden}")
        assert (answer.status_code, answer.content) == (404, missing.content)


def test_who_sees_a_unit_that_is_kept_higher_up_may_change_nothing_of_it(
    client_of: ClientOf, office: Body, scope: Scope
) -> None:
    below = factories.another_scope("Personal", parent=scope)
    keeper = client_of(factories.user_with(Role.RIGHTS, name="petra", scope=below))
    carl = factories.user_with(name="carl", scope=scope)
    told = keeper.get(f"{API}bodies/{office.pk}/").json()
    assert (told["actions"], told["scope"]) == ([], None)
    assert keeper.patch(f"{API}bodies/{office.pk}/", {"name": "Meins", **WHY}, format="json").status_code == 403
    for login in ("carl", "niemand"):
        taken = keeper.post(f"{API}bodies/{office.pk}/members/", {"user": login, **WHY}, format="json")
        assert taken.status_code == 403
    member_add(system_setup(), office, carl)
    row = keeper.get(f"{API}bodies/{office.pk}/members/").json()[0]
    assert row["actions"] == []
    assert keeper.post(f"{API}memberships/{row['id']}/remove/", WHY, format="json").status_code == 403
    assert keeper.get(f"{API}bodies/{office.pk}/history/").status_code == 403


def test_lists_cost_the_same_however_long_they_are(
    giver: APIClient, office: Body, scope: Scope, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        unit = body_create(system_setup(), f"Sachgebiet {number}", BodyKind.UNIT, None, parent=office)
        member_add(system_setup(), unit, factories.user_with(name=f"person{number}", scope=scope))
        member_add(system_setup(), office, factories.user_with(name=f"person{number}", scope=scope))
    for path in ("bodies/", "people/", f"bodies/{office.pk}/members/"):
        with django_assert_max_num_queries(12):
            assert giver.get(f"{API}{path}").status_code == 200


def test_pages_of_people_follow_each_other(giver: APIClient, scope: Scope) -> None:
    for number in range(5):
        factories.user_with(name=f"person{number}", scope=scope)
    seen, path = [], f"{API}people/?page_size=2&q=person"
    while path:
        page = giver.get(path).json()
        seen += [one["user"] for one in page["results"]]
        path = page["next"]
    assert seen == [f"person{number}" for number in range(5)]
