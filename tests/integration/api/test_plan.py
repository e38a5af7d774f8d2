"""`/file-plan/` and `/plan-entries/`: read by everybody who works with files, changed by the registry."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rest_framework.test import APIClient

from dms.access.permissions import Role
from dms.records.plan.models import FilePlan
from tests import factories
from tests.factories import ClientOf

ENTRIES = "/api/v1/plan-entries/"
PLAN = "/api/v1/file-plan/"
RULE = {"keeping": "permanent", "appraisal": "archive", "legal_basis": "GO § 7", "confidence": "medium"}


@pytest.fixture
def plan(scope: Any) -> FilePlan:
    return factories.file_plan(scope=scope)


@pytest.fixture
def registry(plan: FilePlan, client_of: ClientOf) -> APIClient:
    return client_of(factories.user_with(Role.REGISTRY, name="rita"))


def address(number: str = "610") -> str:
    return f"{ENTRIES}{factories.plan_entry(number).pk}/"


def numbers(answer: Any) -> list[str]:
    return [one["number"] for one in answer.json()["results"]]


def test_the_list_stands_in_the_order_of_the_plan(api: APIClient, plan: FilePlan) -> None:
    assert numbers(api.get(ENTRIES)) == ["6", "61", "610", "611"]
    assert numbers(api.get(ENTRIES, {"q": "bauakt"})) == ["610"]
    assert numbers(api.get(ENTRIES, {"parent": str(factories.plan_entry("61").pk)})) == ["610", "611"]
    first = api.get(ENTRIES, {"page_size": "3"})
    assert numbers(api.get(first.json()["next"])) == ["611"]


def test_the_list_costs_the_same_few_queries_however_long_it_is(
    api: APIClient, plan: FilePlan, django_assert_max_num_queries: Any
) -> None:
    api.get(ENTRIES)
    with django_assert_max_num_queries(7):
        assert len(numbers(api.get(ENTRIES))) == 4


def test_an_entry_tells_its_rule_and_whose_it_is(api: APIClient, plan: FilePlan) -> None:
    entry = api.get(address()).json()
    assert [one["number"] for one in entry["above"]] == ["6", "61"]
    assert (entry["retention"]["length"], entry["retention"]["unit"]) == (10, "years")
    assert entry["in_force"]["laid_down_by"]["number"] == "610"
    assert entry["actions"] == []
    assert api.get(address("611")).json()["in_force"] == {"rule": None, "laid_down_by": None}


def test_the_tree_has_each_entry_behind_the_one_it_stands_below(api: APIClient, plan: FilePlan) -> None:
    tree = api.get(f"{PLAN}tree/").json()
    assert [(one["number"], one["depth"]) for one in tree] == [("6", 0), ("61", 1), ("610", 2), ("611", 2)]


def test_the_registry_adds_changes_moves_and_retires(registry: APIClient) -> None:
    new = {"number": "612", "title": "Abgeschlossenheit", "parent": "61", "retention": RULE}
    made = registry.post(ENTRIES, new, format="json")
    assert (made.status_code, made.json()["actions"]) == (201, ["change", "add", "move", "retire"])
    here = made.json()["links"]["self"]
    changed = registry.patch(here, {"retention": None}, format="json", headers={"If-Match": made["ETag"]})
    assert (changed.status_code, changed.json()["retention"]) == (200, None)
    slower = registry.patch(here, {"title": "Anders"}, format="json", headers={"If-Match": made["ETag"]})
    assert (slower.status_code, slower.json()["code"]) == (412, "changed_meanwhile")
    moved = registry.post(f"{here}move/", {"parent": str(factories.plan_entry("6").pk)}, format="json")
    assert [one["number"] for one in moved.json()["above"]] == ["6"]
    retired = registry.post(f"{here}retire/", {"reason": "geht in 610 auf"}, format="json")
    assert (retired.json()["state"], retired.json()["actions"]) == ("retired", [])
    again = registry.patch(here, {"title": "Doch"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "not_possible_in_this_state")


def test_a_wrong_entry_is_named_by_its_field(registry: APIClient) -> None:
    for body, field in (
        ({"number": "610", "title": "Noch einmal"}, "number"),
        ({"number": "612", "title": "Neu", "parent": "99"}, "parent"),
        ({"number": "612", "title": "Neu", "retention": {**RULE, "legal_basis": ""}}, "legal_basis"),
        ({"number": "612", "title": "Neu", "colour": "rot"}, "colour"),
    ):
        answer = registry.post(ENTRIES, body, format="json")
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_a_clerk_reads_and_changes_nothing(api: APIClient, plan: FilePlan) -> None:
    assert api.patch(address(), {"title": "Anders"}, format="json").status_code == 403
    assert api.post(ENTRIES, {"number": "7", "title": "Neu"}, format="json").status_code == 403
    assert api.post(f"{PLAN}import/", {"file": io.BytesIO(b"Nummer;Titel\n7;Neu")}).status_code == 403


def test_a_stranger_finds_no_plan(stranger: APIClient, plan: FilePlan) -> None:
    assert stranger.get(PLAN).status_code == 404
    assert stranger.get(address()).status_code == 404
    assert (numbers(stranger.get(ENTRIES)), stranger.get(f"{PLAN}tree/").json()) == ([], [])


@pytest.mark.parametrize("form", ["csv", "xdomea-3.1.0", "xdomea-4.0.0"])
def test_what_is_saved_can_be_handed_in_again(registry: APIClient, form: str) -> None:
    saved = registry.get(f"{PLAN}export/", {"form": form})
    assert 'attachment; filename="aktenplan' in saved["Content-Disposition"]
    told = registry.post(f"{PLAN}import/", {"file": io.BytesIO(saved.content)}).json()
    assert (told["added"], told["changed"], told["unchanged"], told["problems"]) == ([], [], 4, [])


def test_a_file_is_compared_first_and_taken_over_when_told(registry: APIClient) -> None:
    content = "Nummer;Übergeordnet;Titel\n610;61;Bauakten und Pläne\n620;6;Straßen\n".encode()
    factories.dossier("Lindenweg 3")
    told = registry.post(f"{PLAN}import/", {"file": io.BytesIO(content)}).json()
    assert (told["applied"], [one["number"] for one in told["added"]]) == (False, ["620"])
    assert told["changed"][0]["dossiers"] == 1
    assert told["changed"][0]["differences"][0] == {
        "field": "title", "before": "Bauakten", "after": "Bauakten und Pläne",
    }  # fmt: skip
    assert "620" not in numbers(registry.get(ENTRIES))
    with_base = {"apply": "true", "base": told["base"]}
    assert registry.post(f"{PLAN}import/", {"file": io.BytesIO(content), **with_base}).json()["applied"]
    assert "620" in numbers(registry.get(ENTRIES))
    late = registry.post(f"{PLAN}import/", {"file": io.BytesIO(content), **with_base})
    assert late.status_code == 412


def test_what_is_no_plan_is_refused_by_name(registry: APIClient) -> None:
    answer = registry.post(f"{PLAN}import/", {"file": io.BytesIO(b"%PDF-1.7")})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["file"])
