"""Who gives rights or audits reads sees that a dossier exists and what it is called, and nothing that is told of it
(decision 17): at no page, by no list, and not by asking for it either.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from dms.access.models import User
from dms.access.permissions import Role
from dms.records.models import Dossier
from tests import factories
from tests.factories import ClientOf

TOLD = ("Anbau im Hof", "Mauerseglergasse 7", "Quastenflosser", "Nachtrag zur Statik")


@pytest.fixture
def dossier(scope: Any, client_of: ClientOf) -> Dossier:
    factories.file_plan(scope=scope)
    registry = client_of(factories.user_with(Role.REGISTRY, name="rita"))
    kinds = "/api/v1/dossier-kinds/"
    registry.post(kinds, {"slug": "building", "label": "Bauakte"}, format="json")
    site = {"key": "site", "label": "Baugrundstück", "type": "text"}
    registry.put(f"{kinds}building/fields/", {"fields": [site], "apply": True, "reason": "Erste"}, format="json")
    body = {
        "title": "Lindenweg 4", "description": TOLD[0], "plan_entry": str(factories.plan_entry().pk),
        "kind": "building", "fields": {"site": TOLD[1]},
    }  # fmt: skip
    made = Dossier.objects.get(pk=registry.post("/api/v1/dossiers/", body, format="json").json()["id"])
    case = registry.post(
        f"/api/v1/dossiers/{made.pk}/cases/", {"title": "Antrag", "description": TOLD[3]}, format="json"
    )
    assert case.status_code == 201
    factories.takes_part(factories.party(TOLD[2], home=made), made)
    return made


@pytest.fixture
def addresses(dossier: Dossier) -> list[str]:
    rest = f"/api/v1/dossiers/{dossier.pk}/"
    return [
        f"/dossiers/{dossier.pk}/", "/dossiers/", "/dossiers/?kind=building", "/dossiers/table/?kind=building",
        "/parties/", rest, f"{rest}parties/", f"{rest}cases/", f"/api/v1/cases/{dossier.cases.get().pk}/",
        "/api/v1/dossiers/", "/api/v1/parties/",
    ]  # fmt: skip


def shown_to(user: User, addresses: list[str]) -> str:
    browser = Client()
    browser.force_login(user)
    answers = [browser.get(address) for address in addresses]
    texts = [
        json.dumps(answer.json(), ensure_ascii=False) if "json" in answer["Content-Type"] else answer.content.decode()
        for answer in answers
    ]
    assert "Lindenweg 4" in texts[0]
    return " ".join(texts)


@pytest.mark.parametrize("role", [Role.RIGHTS, Role.REVISION])
def test_a_dossier_is_named_and_nothing_is_told_of_it(role: Role, addresses: list[str]) -> None:
    """The clerk is told everything there, so the words could be seen."""
    to_clerk = shown_to(factories.user_with(Role.CLERK, name="carla"), addresses)
    assert [words for words in TOLD if words not in to_clerk] == []
    to_other = shown_to(factories.user_with(role, name="otto"), addresses)
    assert [words for words in TOLD if words in to_other] == []


@pytest.mark.parametrize(
    "asked", ["q=Anbau", "q=Mauersegler", "kind=building&field[site]=mauer", "kind=building&sort=site"]
)
def test_what_is_not_told_cannot_be_found_out_by_asking(asked: str, dossier: Dossier, client_of: ClientOf) -> None:
    def found(role: Role) -> list[str]:
        answer = client_of(factories.user_with(role, name=str(role))).get(f"/api/v1/dossiers/?{asked}")
        return [one["id"] for one in answer.json().get("results", [])]

    assert found(Role.CLERK) == [str(dossier.pk)]
    assert found(Role.RIGHTS) == []
