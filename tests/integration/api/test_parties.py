"""Programs keep the register of parties, and say who takes part in dossiers and cases."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from dms.access.actors import system_setup
from dms.access.models import Scope
from dms.access.permissions import Role
from dms.records.models import Dossier
from dms.records.parties.roles import roles_setup
from tests import factories
from tests.factories import ClientOf

PARTIES = "/api/v1/parties/"
EMINE = {"kind": "person", "family_name": "Öztürk", "given_names": "Emine"}


@pytest.fixture
def dossier(scope: Scope) -> Dossier:
    factories.file_plan(scope=scope)
    roles_setup(system_setup())
    return factories.dossier()


@pytest.fixture
def registry(scope: Scope, client_of: ClientOf) -> APIClient:
    return client_of(factories.user_with(Role.REGISTRY, name="rita", scope=scope))


def test_a_program_enters_somebody_once(api: APIClient, dossier: Dossier) -> None:
    address = {"kind": "home", "street": "Lindenweg 4", "postcode": "45721", "city": "Haltern am See"}
    new = {**EMINE, "dossier": str(dossier.pk), "addresses": [address]}
    made = api.post(PARTIES, new, format="json")
    assert (made.status_code, made.json()["name"]) == (201, "Öztürk, Emine")
    assert made.json()["addresses"][0]["letter"] == ["Emine Öztürk", "Lindenweg 4", "45721 Haltern am See"]
    assert made.json()["actions"] == ["correct"]
    again = api.post(PARTIES, {**EMINE, "family_name": "Oeztürk"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "party_likely_known")
    assert made.json()["id"] in again.json()["detail"]
    assert api.post(PARTIES, {**EMINE, "despite": True}, format="json").status_code == 201
    assert len(api.get(f"{PARTIES}?q=ozturk").json()["results"]) == 2


def test_an_entry_is_changed_only_as_it_was_looked_at(api: APIClient, dossier: Dossier) -> None:
    here = f"{PARTIES}{factories.party(home=dossier).pk}/"
    etag = {"If-Match": api.get(here)["ETag"]}
    changed = api.patch(here, {"birth_date": "1970-05-01"}, format="json", headers=etag)
    assert changed.json()["birth_date"] == "1970-05-01"
    assert api.patch(here, {"birth_date": None}, format="json", headers=etag).status_code == 412
    wrong = api.patch(here, {"kind": "organisation"}, format="json")
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["kind"])


def test_parties_take_part_and_leave(api: APIClient, dossier: Dossier, stranger: APIClient) -> None:
    party, case = factories.party(home=dossier), factories.case(dossier)
    asked = {"party": str(party.pk), "role": "applicant"}
    there = f"/api/v1/dossiers/{dossier.pk}/parties/"
    made = api.post(there, asked, format="json")
    assert (made.status_code, made.json()["role"]["label"]) == (201, "Antragsteller/in")
    assert api.post(there, asked, format="json").json()["code"] == "takes_part_already"
    assert api.post(there, {**asked, "role": "king"}, format="json").status_code == 400
    inside = api.post(f"/api/v1/cases/{case.pk}/parties/", asked, format="json").json()
    assert [one["case"] for one in api.get(f"/api/v1/cases/{case.pk}/parties/").json()] == [str(case.pk)]
    assert len(api.get(there).json()) == 2
    assert len(api.get(f"{PARTIES}{party.pk}/files/").json()) == 2
    assert stranger.get(f"{PARTIES}{party.pk}/").status_code == 404
    assert stranger.get(f"/api/v1/participations/{inside['id']}/").status_code == 404
    assert api.delete(f"/api/v1/participations/{inside['id']}/").status_code == 204
    assert len(api.get(there).json()) == 1


def test_the_registry_merges_parts_and_tells(api: APIClient, registry: APIClient, dossier: Dossier) -> None:
    kept, twice = factories.party("Müller", home=dossier), factories.party("Mueller", home=dossier)
    here = f"{PARTIES}{kept.pk}/"
    assert registry.get(here).json()["actions"] == ["correct", "merge", "tell"]
    assert api.post(f"{here}merge/", {"merged": str(twice.pk)}, format="json").status_code == 403
    merged = registry.post(f"{here}merge/", {"merged": str(twice.pk)}, format="json").json()
    assert [one["name"] for one in merged["merged"]] == ["Mueller, Emine"]
    assert len(api.get(PARTIES).json()["results"]) == 1
    assert registry.post(f"{here}part/", {}, format="json").json()["code"] == "party_not_to_be_merged"
    assert registry.post(f"{PARTIES}{twice.pk}/part/", {}, format="json").json()["standing"] is None
    told = registry.post(f"{here}information/", {"form": "json"}, format="json").json()
    assert told["entries"][0]["family_name"] == "Müller"
    assert api.post(f"{here}information/", {"form": "json"}, format="json").status_code == 403
