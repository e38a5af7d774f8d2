"""Programs keep volumes, lend paper and read the list of holdings."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from dms.access.models import Scope
from dms.records.models import Dossier
from tests import factories

CELLAR = {"title": "Pläne", "medium": "paper", "location": "Keller, Regal 4"}


@pytest.fixture
def dossier(scope: Scope) -> Dossier:
    factories.file_plan(scope=scope)
    return factories.dossier()


def test_a_program_keeps_volumes(api: APIClient, dossier: Dossier, stranger: APIClient) -> None:
    made = api.post(f"/api/v1/dossiers/{dossier.pk}/volumes/", CELLAR, format="json")
    assert (made.status_code, made.json()["number"]) == (201, 1)
    assert made.json()["actions"] == ["describe", "fill", "close"]
    here = f"/api/v1/volumes/{made.json()['id']}/"
    described = api.patch(here, {"title": "Fotos"}, format="json", headers={"If-Match": made["ETag"]})
    assert described.json()["title"] == "Fotos"
    late = api.patch(here, {"title": "Anderes"}, format="json", headers={"If-Match": made["ETag"]})
    assert late.status_code == 412
    case = factories.case(dossier)
    api.post(f"{here}contents/", {"cases": [str(case.pk)]}, format="json")
    case.refresh_from_db()
    assert str(case.volume_id) == made.json()["id"]
    api.post(f"{here}contents/", {"cases": [str(case.pk)], "take_out": True}, format="json")
    case.refresh_from_db()
    assert case.volume_id is None
    assert api.post(f"{here}contents/", {"cases": [str(factories.unknown_id())]}, format="json").status_code == 404
    assert api.post(f"{here}close/").json()["state"] == "closed"
    assert api.post(f"{here}reopen/", {"reason": "Nachtrag"}, format="json").status_code == 403
    assert stranger.get(here).status_code == 404
    assert len(api.get(f"/api/v1/dossiers/{dossier.pk}/volumes/").json()) == 1


def test_paper_is_lent_and_returned(api: APIClient, dossier: Dossier, stranger: APIClient) -> None:
    volume = factories.volume(dossier, medium="paper", location="Keller")
    there = f"/api/v1/dossiers/{dossier.pk}/loans/"
    assert api.post(there, {"borrower": "Frau Weiß"}, format="json").json()["code"] == "no_paper"
    asked = {"borrower": "Frau Weiß", "volume": str(volume.pk), "due": "2099-01-01"}
    made = api.post(there, asked, format="json")
    assert (made.status_code, made.json()["actions"]) == (201, ["return"])
    assert api.post(there, asked, format="json").json()["code"] == "lent_already"
    elsewhere = factories.volume(factories.dossier(), medium="paper", location="Keller")
    assert api.post(there, {**asked, "volume": str(elsewhere.pk)}, format="json").status_code == 404
    back = f"/api/v1/loans/{made.json()['id']}/return/"
    assert stranger.post(back).status_code == 404
    assert api.post(back).json()["returned_at"] is not None
    assert api.post(back).json()["code"] == "returned_already"
    assert [one["actions"] for one in api.get(there).json()] == [[]]


def test_the_list_of_holdings_tells_place_and_borrower(api: APIClient, dossier: Dossier) -> None:
    factories.loan(dossier)
    factories.dossier("Elektronisch")
    answer = api.get("/api/v1/holdings/?place=keller").json()
    [holding] = answer["results"]
    assert holding["dossier"]["reference_number"] == "610-1"
    assert holding["volumes"][0]["location"] == "Keller"
    assert holding["loans"][0]["borrower"] == "Frau Weiß"
    assert len(api.get("/api/v1/holdings/").json()["results"]) == 2
    assert "Frau Weiß" in api.get("/api/v1/holdings/export/?lent=true").content.decode()
