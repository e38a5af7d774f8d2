"""Who may see a plan entry or dossier, by REST: given, changed, withdrawn, restricted, explained; what held before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from dms.access.actors import system_setup
from dms.access.models import BodyKind, Scope, User
from dms.access.permissions import Role
from dms.accounts.bodies import body_create, member_add
from dms.records.models import Dossier
from dms.records.protection.following import working
from dms.records.protection.rights import scope_begin
from tests import factories
from tests.factories import ClientOf

API = "/api/v1/"
WHY = {"reason": "Aktenverantwortung"}
ROUTES = ("dossiers", "plan-entries")


@pytest.fixture
def dossier(scope: Scope) -> Dossier:
    factories.file_plan(scope=scope)
    return factories.dossier(of="610")


@pytest.fixture
def renate(dossier: Dossier, scope: Scope) -> User:
    return factories.user_with(Role.RIGHTS, name="renate", scope=scope)


@pytest.fixture
def giver(renate: User, client_of: ClientOf) -> APIClient:
    """Gives rights in all files."""
    return client_of(renate)


@pytest.fixture
def carl(scope: Scope) -> User:
    return factories.user_with(name="carl", scope=scope)


def rights_of(route: str, dossier: Dossier) -> str:
    return f"{API}{route}/{dossier.pk if route == 'dossiers' else dossier.plan_entry_id}/rights/"


@pytest.mark.parametrize("route", ROUTES)
def test_a_right_is_given_changed_explained_and_withdrawn(
    giver: APIClient, client_of: ClientOf, dossier: Dossier, carl: User, route: str
) -> None:
    here, hers = rights_of(route, dossier), f"{API}dossiers/{dossier.pk}/"
    assert client_of(carl).get(hers).status_code == 404
    before = giver.get(here).json()
    assert (before["has_own"], before["restricted"], before["actions"]) == (False, False, ["give"])
    assert [(one["subject"]["name"], one["above"]) for one in before["grants"]] == [("renate", True)]
    last = (timezone.localdate() + timedelta(days=30)).isoformat()
    given = giver.post(here, {"user": "carl", "role": "clerk", "valid_to": last, **WHY}, format="json")
    assert given.status_code == 201
    grant = given.json()
    assert grant["subject"] == {"kind": "person", "id": carl.pk, "name": "carl"}
    assert (grant["role"], grant["valid_to"], grant["given_by"]) == ("clerk", last, "user:renate")
    assert (grant["above"], grant["actions"]) == (False, ["change", "withdraw"])
    assert client_of(carl).get(hers).status_code == 200
    told = giver.get(f"{here}explanation/?user=carl").json()
    assert (told["may_see"], len(told["reasons"])) == (True, 1)
    assert "carl ist Sachbearbeitung in" in told["reasons"][0]
    mine = f"{API}grants/{grant['id']}/"
    endless = giver.patch(mine, {"valid_to": None, **WHY}, format="json", headers={"If-Match": given["ETag"]})
    assert endless.json()["valid_to"] is None
    stale = giver.post(f"{mine}withdraw/", WHY, format="json", headers={"If-Match": given["ETag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "changed_meanwhile")
    gone = giver.post(f"{mine}withdraw/", WHY, format="json", headers={"If-Match": endless["ETag"]})
    assert gone.status_code == 204
    assert client_of(carl).get(hers).status_code == 404
    assert giver.get(mine).status_code == 404
    told = giver.get(f"{here}explanation/?user=carl").json()
    assert (told["user"], told["may_see"], told["reasons"]) == ("carl", False, [])
    assert told["refusal"].startswith("Weder die Person selbst")
    history = giver.get(f"{here}history/").json()
    term = next(one for one in history["terms"] if one["subject"]["name"] == "carl")
    assert (term["grant"], term["holds"], term["withdrawn"]["reason"]) == (grant["id"], False, WHY["reason"])
    assert [one["actor"] for one in history["steps"]] == ["user:renate"]
    table = giver.get(f"{here}history/export/")
    assert table["Content-Type"].startswith("text/csv")
    assert "carl" in table.content.decode("utf-8-sig")


def test_a_group_gets_a_right_and_who_belongs_to_it_has_it(
    giver: APIClient, client_of: ClientOf, dossier: Dossier, carl: User, scope: Scope
) -> None:
    team = body_create(system_setup(), "Projekt", BodyKind.GROUP, scope)
    member_add(system_setup(), team, carl)
    here = rights_of("dossiers", dossier)
    given = giver.post(here, {"body": team.pk, "role": "archivist", **WHY}, format="json")
    assert given.json()["subject"] == {"kind": "group", "id": team.pk, "name": "Projekt"}
    assert client_of(carl).get(f"{API}dossiers/{dossier.pk}/").status_code == 200
    assert "Projekt" in giver.get(f"{here}explanation/?user=carl").json()["reasons"][0]
    assert [one["role"] for one in giver.get(f"{API}bodies/{team.pk}/grants/").json()] == ["archivist"]


def test_a_place_is_restricted_to_its_own_rights_and_opened_again(
    giver: APIClient, client_of: ClientOf, dossier: Dossier, carl: User
) -> None:
    here = rights_of("dossiers", dossier)
    refused = giver.post(f"{here}restrict/", WHY, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "nobody_left")
    giver.post(here, {"user": "carl", "role": "rights", **WHY}, format="json")
    assert giver.get(here).json()["actions"] == ["give", "restrict"]
    assert giver.post(f"{here}restrict/", WHY, format="json").status_code == 204
    missing = giver.get(f"{API}dossiers/{factories.unknown_id()}/rights/")
    shut_out = giver.get(here)
    assert (shut_out.status_code, shut_out.content) == (404, missing.content)
    keeper = client_of(carl)
    told = keeper.get(here).json()
    assert (told["restricted"], told["actions"]) == (True, ["give", "open"])
    assert [one["subject"]["name"] for one in told["grants"]] == ["carl"]
    opened = keeper.post(f"{here}open/", WHY, format="json")
    assert (opened.status_code, opened.json()["restricted"]) == (200, False)
    assert len(giver.get(f"{here}history/").json()["steps"]) == 3


def test_while_dossiers_follow_their_entry_they_are_counted_and_nothing_can_be_restricted(
    giver: APIClient, dossier: Dossier, carl: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "AT_ONCE", 0)
    here = rights_of("plan-entries", dossier)
    giver.post(here, {"user": "carl", "role": "clerk", **WHY}, format="json")
    told = giver.get(here).json()
    assert (told["following"], told["actions"]) == ({"done": 0, "total": 1}, ["give"])
    refused = giver.post(f"{here}restrict/", WHY, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "still_following")
    working.follow_on()
    assert giver.get(here).json()["following"] is None


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"role": "clerk", **WHY}, "user"),
        ({"user": "carl", "body": 1, "role": "clerk", **WHY}, "user"),
        ({"user": "niemand", "role": "clerk", **WHY}, "user"),
        ({"body": 987654321, "role": "clerk", **WHY}, "body"),
        ({"user": "carl", "role": "secrecy", **WHY}, "role"),
        ({"user": "carl", "role": "scanning", **WHY}, "role"),
        ({"user": "carl", "role": "clerk"}, "reason"),
        ({"user": "carl", "role": "clerk", "valid_to": "2020-01-01", **WHY}, "valid_to"),
        ({"user": "carl", "role": "clerk", "valid_from": "2020-01-01", **WHY}, "valid_from"),
        ({"user": "renate", "role": "clerk", **WHY}, "subject"),
    ],
)
def test_a_wrong_right_is_refused_by_name(
    giver: APIClient, dossier: Dossier, carl: User, asked: dict[str, Any], field: str
) -> None:
    answer = giver.post(rights_of("dossiers", dossier), asked, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


@pytest.mark.parametrize("route", ROUTES)
def test_who_gives_no_rights_there_learns_nothing_of_them(
    api: APIClient, giver: APIClient, dossier: Dossier, carl: User, route: str
) -> None:
    here = rights_of(route, dossier)
    given = giver.post(here, {"user": "carl", "role": "clerk", **WHY}, format="json").json()
    for path in ("", "history/", "history/export/", "explanation/?user=carl"):
        assert api.get(f"{here}{path}").status_code == 403
    for path in ("", "restrict/", "open/"):
        ask = {"user": "niemand", "role": "clerk", **WHY}
        assert api.post(f"{here}{path}", ask, format="json").status_code == 403
    missing = api.get(f"{API}grants/987654321/")
    answer = api.get(f"{API}grants/{given['id']}/")
    assert (answer.status_code, answer.content) == (404, missing.content)
    assert api.post(f"{API}grants/{given['id']}/withdraw/", WHY, format="json").status_code == 404


def test_who_gives_rights_below_reads_no_name_of_a_place_above(
    client_of: ClientOf, dossier: Dossier, scope: Scope, renate: User
) -> None:
    own = scope_begin(system_setup(), dossier, reason="eigene Rechte")
    keeper = client_of(factories.user_with(Role.RIGHTS, name="petra", scope=own))
    told = keeper.get(rights_of("dossiers", dossier)).json()
    above = next(one for one in told["grants"] if one["above"])
    assert (above["subject"]["name"], above["place"], above["actions"]) == ("renate", None, [])
    assert keeper.get(f"{API}grants/{above['id']}/").status_code == 404
    mine = next(one for one in told["grants"] if not one["above"])
    assert mine["actions"] == ["withdraw"]
    sentences = keeper.get(f"{rights_of('dossiers', dossier)}explanation/?user=renate").json()["reasons"]
    assert all(str(scope) not in sentence for sentence in sentences)


def test_many_rights_cost_no_more_queries_than_a_few(
    giver: APIClient, dossier: Dossier, scope: Scope, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    own = scope_begin(system_setup(), dossier, reason="eigene Rechte")
    for number in range(12):
        factories.user_with(Role.CLERK, name=f"person{number}", scope=own)
    for path in ("", "history/"):
        with django_assert_max_num_queries(15):
            assert giver.get(f"{rights_of('dossiers', dossier)}{path}").status_code == 200
