"""Programs join and part dossiers, cases and documents."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from dms.access.models import Scope
from dms.records.models import Dossier
from tests import factories


@pytest.fixture
def dossier(scope: Scope) -> Dossier:
    factories.file_plan(scope=scope)
    return factories.dossier()


def test_a_program_joins_two_and_parts_them(api: APIClient, dossier: Dossier, stranger: APIClient) -> None:
    other = factories.dossier("Ahornweg 2")
    here = f"/api/v1/dossiers/{dossier.pk}/relations/"
    asked = {"kind": "replaces", "other": str(other.pk)}
    made = api.post(here, asked, format="json")
    assert (made.status_code, made.json()["text"], made.json()["outward"]) == (201, "ersetzt", True)
    assert api.post(here, asked, format="json").json()["code"] == "related_already"
    assert api.post(here, {**asked, "other": str(factories.unknown_id())}, format="json").status_code == 404
    [back] = api.get(f"/api/v1/dossiers/{other.pk}/relations/").json()
    assert (back["text"], back["other"]["reference_number"], back["actions"]) == ("ersetzt durch", "610-1", ["remove"])
    there = f"/api/v1/relations/{back['id']}/"
    assert stranger.delete(there).status_code == 404
    assert api.delete(there).status_code == 204
    assert api.get(here).json() == []


def test_cases_and_documents_have_relations_too(api: APIClient, dossier: Dossier) -> None:
    one, other = factories.case(dossier), factories.case(dossier)
    case = api.post(f"/api/v1/cases/{one.pk}/relations/", {"kind": "see_also", "other": str(other.pk)}, format="json")
    assert case.json()["other"]["reference_number"] == "610-1/2"
    answer, letter = factories.document(title="Antwort"), factories.document(title="Schreiben")
    asked = {"kind": "belongs_to", "other": str(letter.pk)}
    document = api.post(f"/api/v1/documents/{answer.pk}/relations/", asked, format="json").json()
    assert (document["other"]["title"], document["other"]["reference_number"]) == ("Schreiben", "")
    assert len(api.get(f"/api/v1/documents/{letter.pk}/relations/").json()) == 1
    assert len(api.get(f"/api/v1/cases/{other.pk}/relations/").json()) == 1
