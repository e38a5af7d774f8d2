"""How secret a dossier or document is, by REST; and who is cleared for that."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from dms.access.actors import system_setup
from dms.access.levels import Level
from dms.access.permissions import Role
from dms.accounts.clearances import clearance_give
from dms.records.models import Dossier
from tests import factories
from tests.factories import ClientOf

API = "/api/v1/"


@pytest.fixture
def dossier(scope: Any) -> Dossier:
    factories.file_plan(scope=scope)
    return factories.dossier()


@pytest.fixture
def registry(dossier: Dossier, client_of: ClientOf) -> APIClient:
    rita = factories.user_with(Role.REGISTRY, name="rita")
    clearance_give(system_setup(), rita, Level.CONFIDENTIAL, reason="Registratur")
    return client_of(rita)


@pytest.fixture
def keeper(dossier: Dossier, client_of: ClientOf) -> APIClient:
    return client_of(factories.user_with(Role.SECRECY, name="gerda"))


def test_the_registry_raises_and_lowers_and_a_clerk_who_is_not_cleared_finds_nothing(
    api: APIClient, registry: APIClient, dossier: Dossier
) -> None:
    here = f"{API}dossiers/{dossier.pk}/level/"
    assert registry.get(here).json() == {
        "level": "open",
        "label": "offen",
        "can_become": ["restricted", "confidential"],
    }
    raised = registry.put(here, {"level": "restricted", "reason": "Lage"}, format="json")
    assert (raised.json()["level"], raised.json()["can_become"]) == ("restricted", ["open", "confidential"])
    assert registry.get(f"{API}dossiers/{dossier.pk}/").json()["level"] == "restricted"
    missing = api.get(f"{API}dossiers/{factories.unknown_id()}/")
    hidden = api.get(f"{API}dossiers/{dossier.pk}/")
    assert (hidden.status_code, hidden.content) == (404, missing.content)
    assert api.put(here, {"level": "open", "reason": "x"}, format="json").status_code == 404
    assert registry.put(here, {"level": "open", "reason": "Abstufung"}, format="json").status_code == 200
    assert api.get(f"{API}dossiers/{dossier.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"level": "restricted"}, "reason"), ({"level": "cosmic", "reason": "x"}, "level")],
)  # fmt: skip
def test_a_wrong_level_is_refused_by_name(
    registry: APIClient, dossier: Dossier, asked: dict[str, str], field: str
) -> None:
    answer = registry.put(f"{API}dossiers/{dossier.pk}/level/", asked, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_a_clearance_that_somebody_changed_meanwhile_is_not_overwritten(keeper: APIClient) -> None:
    factories.user_with(name="carl")
    here, asked = f"{API}clearances/carl/", {"level": "restricted", "reason": "Sachgebiet"}
    first = keeper.put(here, asked, format="json")["ETag"]
    assert keeper.get(here)["ETag"] == first
    second = keeper.put(here, {**asked, "level": "secret"}, format="json", headers={"if-match": first})["ETag"]
    assert second != first
    assert keeper.put(here, asked, format="json", headers={"if-match": first}).status_code == 412
    assert keeper.delete(here, {"reason": "x"}, format="json", headers={"if-match": first}).status_code == 412
    assert keeper.get(here).json()["level"] == "secret"
    assert keeper.delete(here, {"reason": "x"}, format="json", headers={"if-match": second}).status_code == 204
    assert keeper.put(here, asked, format="json", headers={"if-match": second}).status_code == 412
    assert keeper.put(here, asked, format="json", headers={"if-match": "*"}).status_code == 200


def test_people_are_cleared_and_lose_it_again(keeper: APIClient, api: APIClient, dossier: Dossier) -> None:
    factories.user_with(Role.CLERK, name="carl")
    here = f"{API}clearances/carl/"
    given = keeper.put(here, {"level": "secret", "reason": "Sachgebiet"}, format="json")
    assert given.json() == {
        "user": "carl", "level": "secret", "valid_to": None, "reason": "Sachgebiet", "given_by": "user:gerda",
        "actions": ["change", "withdraw"],
    }  # fmt: skip
    assert [one["user"] for one in keeper.get(f"{API}clearances/").json()] == ["carl"]
    assert api.get(f"{API}clearances/").json() == []
    assert api.put(here, {"level": "secret", "reason": "x"}, format="json").status_code == 404
    assert api.get(here).content == api.get(f"{API}clearances/nobody/").content
    assert keeper.get(here).json() == given.json()
    assert keeper.get(f"{API}clearances/nobody/").status_code == 404
    assert keeper.delete(here, {"reason": "Umsetzung"}, format="json").status_code == 204
    assert keeper.get(f"{API}clearances/").json() == []
    assert keeper.put(f"{API}clearances/gerda/", {"level": "secret", "reason": "x"}, format="json").status_code == 409
