"""`/dossier-kinds/`, the fields of kinds, and `fields` of dossiers and documents."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from dms.access.permissions import Role
from tests import factories
from tests.factories import ClientOf

KINDS = "/api/v1/dossier-kinds/"
BUILDING = f"{KINDS}building/"
FIELDS: list[dict[str, Any]] = [
    {"key": "site", "label": "Baugrundstück", "type": "text", "mandatory": True},
    {"key": "cost", "label": "Baukosten", "type": "amount"},
    {"key": "owner", "label": "Bauherrschaft", "type": "person"},
    {"key": "size", "label": "Größe", "type": "number"},
    {"key": "monument", "label": "Denkmal", "type": "yes_no"},
    {"key": "received", "label": "Eingang", "type": "date"},
]


@pytest.fixture
def registry(scope: Any, client_of: ClientOf) -> APIClient:
    factories.file_plan(scope=scope)
    return client_of(factories.user_with(Role.REGISTRY, name="rita"))


@pytest.fixture
def kind(registry: APIClient) -> str:
    registry.post(KINDS, {"slug": "building", "label": "Bauakte"}, format="json")
    registry.put(f"{BUILDING}fields/", {"fields": FIELDS, "apply": True, "reason": "Erste"}, format="json")
    return BUILDING


def dossier_of(api: APIClient, **values: Any) -> Any:
    body = {"title": "Lindenweg 4", "plan_entry": str(factories.plan_entry().pk), "kind": "building", "fields": values}
    return api.post("/api/v1/dossiers/", body, format="json")


def test_the_registry_makes_changes_and_retires_a_kind(registry: APIClient, api: APIClient) -> None:
    made = registry.post(KINDS, {"slug": "building", "label": "Bauakte"}, format="json")
    assert (made.status_code, made.json()["state"]) == (201, "active")
    again = registry.post(KINDS, {"slug": "building", "label": "Andere"}, format="json")
    assert (again.status_code, list(again.json()["errors"])) == (400, ["slug"])
    etag = registry.get(BUILDING)["ETag"]
    changed = registry.patch(BUILDING, {"state": "retired"}, format="json", headers={"If-Match": etag})
    assert changed.json()["state"] == "retired"
    late = registry.patch(BUILDING, {"label": "Spät"}, format="json", headers={"If-Match": etag})
    assert late.status_code == 412
    assert [one["slug"] for one in api.get(KINDS).json()] == ["building"]


def test_a_clerk_reads_kinds_and_changes_none_and_a_stranger_sees_none(
    api: APIClient, kind: str, client_of: ClientOf
) -> None:
    assert api.get(f"{kind}fields/").json()["number"] == 1
    assert [one["reason"] for one in api.get(f"{kind}fields/versions/").json()] == ["Erste"]
    assert api.post(KINDS, {"slug": "x", "label": "X"}, format="json").status_code == 403
    assert api.patch(kind, {"label": "X"}, format="json").status_code == 403
    assert api.put(f"{kind}fields/", {"fields": []}, format="json").status_code == 403
    nobody = client_of(factories.user_with(name="nobody"))
    assert nobody.get(KINDS).json() == []
    for address in (kind, f"{kind}fields/", f"{kind}fields/versions/", "/api/v1/document-kinds/invoice/fields/"):
        assert nobody.get(address).status_code == 404
    assert nobody.put(f"{kind}fields/", {"fields": []}, format="json").status_code == 404


def test_a_change_of_fields_is_told_first_then_made_once(registry: APIClient, api: APIClient, kind: str) -> None:
    dossier_of(api, site="x", cost="12.00")
    wanted = [FIELDS[0], {**FIELDS[1], "type": "date"}, *FIELDS[2:], {"key": "sign", "label": "Z", "type": "text",
                                                                      "mandatory": True}]  # fmt: skip
    etag = registry.get(f"{kind}fields/")["ETag"]
    told = registry.put(f"{kind}fields/", {"fields": wanted}, format="json")
    assert told.json() == {
        "applied": False, "number": 1, "records": 1, "lacking": 1, "unfit": [{"label": "Baukosten", "count": 1}],
        "differences": [{"label": "Baukosten", "what": "changed"}, {"label": "Z", "what": "added"}],
    }  # fmt: skip
    body = {"fields": wanted, "apply": True}
    made = registry.put(f"{kind}fields/", body, format="json", headers={"If-Match": etag})
    assert (made.json()["applied"], made.json()["number"], made["ETag"]) == (True, 2, '"2"')
    assert registry.put(f"{kind}fields/", body, format="json", headers={"If-Match": etag}).status_code == 412


def test_a_wrong_field_is_named_by_its_place(registry: APIClient, kind: str) -> None:
    wrong = registry.put(
        f"{kind}fields/", {"fields": [*FIELDS, {"key": "c", "label": "C", "type": "choice"}]}, format="json"
    )
    assert wrong.status_code == 400
    assert list(wrong.json()["errors"]["fields"]["6"]) == ["choices"]
    dropped = registry.put(f"{kind}fields/", {"fields": FIELDS[1:]}, format="json")
    assert "stillgelegt" in str(dropped.json()["errors"])


def test_a_dossier_says_its_values_as_programs_do(api: APIClient, kind: str) -> None:
    values = {
        "site": "Lindenweg 4", "cost": "1234.56", "owner": {"name": "Erika Muster"}, "size": 12.5, "monument": False,
        "received": "2026-12-31",
    }  # fmt: skip
    made = dossier_of(api, **values)
    assert made.status_code == 201
    assert made.json()["fields"] == values
    assert (made.json()["kind"], made.json()["fields_version"]) == ({"slug": "building", "label": "Bauakte"}, 1)
    here = made.json()["links"]["self"]
    changed = api.patch(here, {"fields": {"cost": None, "size": 13}}, format="json", headers={"If-Match": made["ETag"]})
    assert changed.json()["fields"] == {name: values[name] for name in values if name != "cost"} | {"size": 13}
    late = api.patch(here, {"fields": {"size": 1}}, format="json", headers={"If-Match": made["ETag"]})
    assert late.status_code == 412
    freed = api.patch(here, {"kind": None}, format="json").json()
    assert (freed["fields"], freed["fields_version"]) == ({}, None)
    assert {one["label"]: one["text"] for one in freed["former_fields"]}["Eingang"] == "31.12.2026"


def test_each_wrong_value_is_told_by_its_key(api: APIClient, kind: str) -> None:
    wrong = dossier_of(api, cost=12.5, owner="Erika", size="1", monument="ja", received="31.12.2026", colour="rot")
    assert wrong.status_code == 400
    assert wrong["Content-Type"] == "application/problem+json"
    assert set(wrong.json()["errors"]["fields"]) == {"cost", "owner", "size", "monument", "received", "colour"}
    assert dossier_of(api).json()["errors"] == {"fields": {"site": ["Diese Angabe ist Pflicht."]}}
    no_object = api.post("/api/v1/dossiers/", {"title": "x", "plan_entry": str(factories.plan_entry().pk),
                                               "fields": [1]}, format="json")  # fmt: skip
    assert list(no_object.json()["errors"]) == ["fields"]
    unknown = api.post("/api/v1/dossiers/", {"title": "x", "plan_entry": str(factories.plan_entry().pk),
                                             "kind": "none"}, format="json")  # fmt: skip
    assert list(unknown.json()["errors"]) == ["kind"]


def test_the_list_is_narrowed_by_kind_and_costs_the_same_few_queries(
    api: APIClient, kind: str, django_assert_max_num_queries: Any
) -> None:
    asked = {"kind": "building"}
    for number in range(2):
        dossier_of(api, site=f"Lindenweg {number}")
    factories.dossier("Ohne Art")
    api.get("/api/v1/dossiers/", asked)
    with CaptureQueriesContext(connection) as few:
        assert len(api.get("/api/v1/dossiers/", asked).json()["results"]) == 2
        cost = len(few)
    for number in range(6):
        dossier_of(api, site=f"Ahornweg {number}")
    with django_assert_max_num_queries(cost):
        assert len(api.get("/api/v1/dossiers/", asked).json()["results"]) == 8
    assert api.get("/api/v1/dossiers/", {"kind": "trade"}).json()["results"] == []


def test_a_document_has_the_fields_of_its_kind(registry: APIClient, api: APIClient) -> None:
    fields = [{"key": "sum", "label": "Summe", "type": "amount"}]
    assert registry.put("/api/v1/document-kinds/invoice/fields/", {"fields": fields, "apply": True},
                        format="json").status_code == 200  # fmt: skip
    here = f"/api/v1/documents/{factories.document().pk}/"
    etag = api.get(here)["ETag"]
    body = {"kind": "invoice", "fields": {"sum": "12.50"}}
    changed = api.patch(here, body, format="json", headers={"If-Match": etag})
    assert (changed.json()["fields"], changed.json()["fields_version"]) == ({"sum": "12.50"}, 1)
    wrong = api.patch(here, {"fields": {"sum": "viel"}}, format="json")
    assert list(wrong.json()["errors"]["fields"]) == ["sum"]
    assert api.patch(here, {"fields": {"sum": "1.00"}}, format="json", headers={"If-Match": etag}).status_code == 412


def test_dossiers_are_narrowed_and_sorted_by_fields_as_programs_say_them(api: APIClient, kind: str) -> None:
    told: list[dict[str, Any]] = [
        {"site": "Lindenweg 4", "cost": "99.50", "size": 12, "monument": True, "received": "2026-01-31",
         "owner": {"name": "Emine Öztürk"}},
        {"site": "Ahornweg 2", "cost": "1250.00", "size": 1.5, "received": "2026-02-01"},
        {"site": "100 % Lindenholz"},
    ]  # fmt: skip
    for values in told:
        assert dossier_of(api, **values).status_code == 201

    def found(**asked: Any) -> list[str]:
        answer = api.get("/api/v1/dossiers/", {"kind": "building", **asked})
        assert answer.status_code == 200, answer.content
        return [one["fields"]["site"] for one in answer.json()["results"]]

    first, second, third = (one["site"] for one in told)
    assert found(**{"field[site]": "linden"}) == [third, first]
    assert found(**{"field[site]": "100 %"}) == [third]
    assert found(**{"field[owner]": "öztürk"}) == [first]
    assert found(**{"field[monument]": "true"}) == [first]
    assert found(**{"field_from[cost]": "99.50", "field_to[cost]": "1249.99"}) == [first]
    assert found(**{"field_from[received]": "2026-02-01"}) == [second]
    assert found(**{"field_to[size]": "1.5"}) == [second]
    assert found(sort="cost") == [first, second, third]
    assert found(sort="-cost") == [second, first, third], "what has no value stands last"
    page, sites = api.get("/api/v1/dossiers/?kind=building&sort=-cost&page_size=1").json(), []
    while page:
        sites += [one["fields"]["site"] for one in page["results"]]
        page = api.get(page["next"]).json() if page["next"] else None
    assert sites == [second, first, third]
    back = api.get(api.get("/api/v1/dossiers/?kind=building&sort=cost&page_size=1").json()["next"]).json()["previous"]
    assert api.get(back).json()["results"][0]["fields"]["site"] == first


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("kind=building&field[nothing]=x", "field[nothing]"),
        ("kind=building&field_from[cost]=12,50", "field_from[cost]"),
        ("kind=building&field_to[received]=31.01.2026", "field_to[received]"),
        ("kind=building&field_from[size]=viel", "field_from[size]"),
        ("kind=building&field[monument]=ja", "field[monument]"),
        ("kind=building&field[cost]=12.00", "field[cost]"),
        ("kind=building&field_from[site]=a", "field_from[site]"),
        ("kind=building&field[site]=", "field[site]"),
        ("kind=building&sort=nothing", "sort"),
        ("field[site]=x", "kind"),
        ("kind=building&kind=trade&sort=site", "kind"),
        ("kind=nothing&field[site]=x", "kind"),
    ],
)
def test_what_cannot_be_asked_of_fields_is_told_by_parameter(api: APIClient, kind: str, query: str, wrong: str) -> None:
    answer = api.get(f"/api/v1/dossiers/?{query}")
    assert (answer.status_code, answer["Content-Type"], list(answer.json()["errors"])) == (
        400, "application/problem+json", [wrong],
    )  # fmt: skip


def test_who_sees_no_kinds_is_told_nothing_of_them(kind: str, client_of: ClientOf) -> None:
    nobody = client_of(factories.user_with(name="nobody"))
    there = nobody.get("/api/v1/dossiers/?kind=building&field[site]=x")
    missing = nobody.get("/api/v1/dossiers/?kind=nothing&field[site]=x")
    assert (there.status_code, there.json()) == (400, missing.json())


def test_a_person_leads_to_a_party_by_rest(registry: APIClient) -> None:
    registry.post("/api/v1/dossier-kinds/", {"slug": "building", "label": "Bauakte"}, format="json")
    owner = [{"key": "owner", "label": "Bauherrschaft", "type": "person"}]
    registry.put("/api/v1/dossier-kinds/building/fields/", {"fields": owner, "apply": True}, format="json")
    erika = factories.party("Müller", "Erika")
    new = {"title": "Lindenweg 4", "plan_entry": str(factories.plan_entry().pk), "kind": "building"}
    made = registry.post("/api/v1/dossiers/", {**new, "fields": {"owner": {"party": str(erika.pk)}}}, format="json")
    assert made.json()["fields"] == {"owner": {"name": "Müller, Erika", "party": str(erika.pk)}}
    same = registry.patch(made.json()["links"]["self"], {"fields": made.json()["fields"]}, format="json")
    assert same.json()["fields"] == made.json()["fields"]
    found = registry.get(f"/api/v1/dossiers/?kind=building&field[owner]={erika.pk}").json()["results"]
    assert [one["fields"] for one in found] == [made.json()["fields"]]
    assert registry.get("/api/v1/dossiers/?kind=building&field[owner]=Vogel").json()["results"] == []
    unknown = {"owner": {"party": str(factories.unknown_id())}}
    refused = registry.patch(made.json()["links"]["self"], {"fields": unknown}, format="json")
    assert refused.status_code == 400
    assert "im Verzeichnis der Beteiligten nicht" in refused.content.decode()
    plain = registry.patch(made.json()["links"]["self"], {"fields": {"owner": {"name": "Vogel"}}}, format="json")
    assert plain.json()["fields"] == {"owner": {"name": "Vogel"}}
