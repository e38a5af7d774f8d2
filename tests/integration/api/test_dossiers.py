"""`/dossiers/` and `/cases/`: what can be done stands in `actions`, and what may not be seen is not there."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from dms.access.permissions import Role
from dms.records.dossiers.models import Dossier
from tests import factories
from tests.factories import ClientOf

DOSSIERS = "/api/v1/dossiers/"


@pytest.fixture
def dossier(scope: Any) -> Dossier:
    factories.file_plan(scope=scope)
    return factories.dossier()


@pytest.fixture
def registry(dossier: Dossier, client_of: ClientOf) -> APIClient:
    return client_of(factories.user_with(Role.REGISTRY, name="rita"))


def numbers(answer: Any) -> list[str]:
    return [one["reference_number"] for one in answer.json()["results"]]


def test_a_clerk_opens_describes_and_closes(api: APIClient, dossier: Dossier) -> None:
    body = {"title": "Ahornweg 2", "plan_entry": str(factories.plan_entry().pk)}
    made = api.post(DOSSIERS, body, format="json")
    assert (made.status_code, made.json()["reference_number"]) == (201, "610-2")
    assert made.json()["actions"] == ["describe", "open_case", "use_number", "close"]
    here, etag = made.json()["links"]["self"], {"If-Match": made["ETag"]}
    described = api.patch(here, {"title": "Ahornweg 2a"}, format="json", headers=etag)
    assert described.json()["title"] == "Ahornweg 2a"
    late = api.post(f"{here}close/", {}, format="json", headers=etag)
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    closed = api.post(f"{here}close/", {}, format="json", headers={"If-Match": described["ETag"]}).json()
    assert (closed["state"], closed["actions"]) == ("closed", [])
    assert api.post(f"{here}reopen/", {"reason": "Nachtrag"}, format="json").status_code == 403


def test_cases_hold_a_dossier_open(api: APIClient, dossier: Dossier) -> None:
    here = f"{DOSSIERS}{dossier.pk}/"
    made = api.post(f"{here}cases/", {"title": "Bauantrag"}, format="json")
    assert (made.status_code, made.json()["reference_number"]) == (201, "610-1/1")
    answer = api.post(f"{here}close/", {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "open_cases")
    case = made.json()["links"]["self"]
    assert api.patch(case, {"description": "eilig"}, format="json").json()["description"] == "eilig"
    assert api.post(f"{case}close/", {}, format="json").json()["state"] == "closed"
    assert [one["state"] for one in api.get(f"{here}cases/").json()] == ["closed"]


def test_the_registry_renumbers_until_the_number_is_used_outside(registry: APIClient, dossier: Dossier) -> None:
    here = f"{DOSSIERS}{dossier.pk}/"
    target = {"plan_entry": str(factories.plan_entry("611").pk), "reason": "falsch zugeordnet"}
    moved = registry.post(f"{here}renumber/", target, format="json").json()
    assert (moved["reference_number"], moved["former_numbers"]) == ("611-1", ["610-1"])
    assert numbers(registry.get(DOSSIERS, {"q": "610-1"})) == ["611-1"]
    used = registry.post(f"{here}number-used/", {}, format="json").json()
    assert "renumber" not in used["actions"]
    back = {"plan_entry": str(factories.plan_entry().pk), "reason": "doch nicht"}
    assert registry.post(f"{here}renumber/", back, format="json").json()["code"] == "reference_number_in_use"


def test_the_list_is_searched_and_narrowed(api: APIClient, dossier: Dossier) -> None:
    factories.dossier("Baulast Ahornweg", of="611")
    assert numbers(api.get(DOSSIERS)) == ["611-1", "610-1"]
    assert numbers(api.get(DOSSIERS, {"q": "ahorn"})) == ["611-1"]
    assert numbers(api.get(DOSSIERS, {"plan_entry": str(factories.plan_entry("610").pk)})) == ["610-1"]
    assert numbers(api.get(DOSSIERS, {"plan_entry": str(factories.plan_entry("6").pk)})) == ["611-1", "610-1"]
    assert numbers(api.get(DOSSIERS, {"state": "closed"})) == []


def test_the_list_costs_the_same_few_queries_however_long_it_is(
    api: APIClient, dossier: Dossier, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        factories.dossier(f"Akte {number}")
    api.get(DOSSIERS)
    with django_assert_max_num_queries(11):  # three of them: the clearance, which are sensitive, where they may be read
        assert len(numbers(api.get(DOSSIERS))) == 9


def test_a_stranger_finds_no_dossier_and_no_case(stranger: APIClient, dossier: Dossier) -> None:
    case = factories.case(dossier)
    for address in (f"{DOSSIERS}{dossier.pk}/", f"{DOSSIERS}{dossier.pk}/cases/", f"/api/v1/cases/{case.pk}/"):
        assert stranger.get(address).status_code == 404
    assert numbers(stranger.get(DOSSIERS)) == []
    body = {"title": "Fremd", "plan_entry": str(factories.plan_entry().pk)}
    assert stranger.post(DOSSIERS, body, format="json").status_code == 404


def test_a_plan_entry_that_may_not_be_seen_is_not_told(dossier: Dossier, client_of: ClientOf) -> None:
    """Who may see dossiers of a scope sees its plan too; the answer must hold without that as well."""
    from api.dossiers.shapes import dossier_answers
    from dms.access.actors import actor_for

    nobody = actor_for(factories.user_with(name="nobody"))
    assert dossier_answers(nobody, [dossier])[0].entry is None


def test_history_and_past_of_a_dossier_are_for_those_who_may_see_histories(
    registry: APIClient, api: APIClient, dossier: Dossier
) -> None:
    here = f"{DOSSIERS}{dossier.pk}/"
    assert [one["event"] for one in registry.get(f"{here}history/").json()] == ["dossier:opened"]
    assert registry.get(f"{here}history/export/?form=csv")["Content-Type"] == "text/csv; charset=utf-8"
    then = registry.get(f"{here}past/", {"at": "2999-01-01T00:00:00Z"}).json()
    assert (then["dossier"]["title"], then["cases"]) == (dossier.title, {})
    assert registry.get(f"{here}past/", {"at": "2001-01-01T00:00:00Z"}).status_code == 404
    assert registry.get(f"{here}past/").status_code == 400
    for path in ("history/", "history/export/?form=csv", "past/?at=2999-01-01T00:00:00Z"):
        assert api.get(f"{here}{path}").status_code == 404


def test_a_case_moves_into_another_dossier(api: APIClient, dossier: Dossier) -> None:
    case, other = factories.case(dossier), factories.dossier("Ahornweg 2")
    here = f"/api/v1/cases/{case.pk}/"
    etag = {"If-Match": api.get(here)["ETag"]}
    asked = {"dossier": str(other.pk), "reason": "falsche Akte"}
    moved = api.post(f"{here}move/", asked, format="json", headers=etag)
    assert (moved.status_code, moved.json()["reference_number"]) == (200, "610-2/1")
    assert api.post(f"{here}move/", asked, format="json", headers=etag).status_code == 412
    assert api.post(f"{here}move/", asked, format="json").status_code == 409
    [found] = api.get("/api/v1/filing/places/?q=610-1/1").json()
    assert found["place"]["dossier"]["reference_number"] == "610-2"
