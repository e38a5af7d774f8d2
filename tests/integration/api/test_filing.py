"""`/filing/`: documents into a dossier or case, where they belong perhaps, and back again."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from dms.access.permissions import Role
from dms.records.models import Document, Dossier
from tests import factories
from tests.factories import ClientOf

FILING = "/api/v1/filing/"


@pytest.fixture
def dossier(scope: Any) -> Dossier:
    """In a scope of its own; the clerk has rights in both."""
    files = factories.another_scope("Akten")
    factories.file_plan(scope=files)
    factories.user_with(Role.CLERK, name="clerk", scope=files)
    return factories.dossier()


def put(api: APIClient, **body: Any) -> Any:
    return api.post(
        FILING, {name: str(value) if name != "documents" else value for name, value in body.items()}, format="json"
    )


def test_a_document_is_filed_found_there_and_taken_back(api: APIClient, dossier: Dossier) -> None:
    letter, case = factories.document(attachments=["Plan.pdf"]), factories.case(dossier)
    address = f"/api/v1/documents/{letter.pk}/"
    before = api.get(address)
    assert (before.json()["filed"], "file" in before.json()["actions"]) == (None, True)
    answer = put(api, documents=[str(letter.pk)], case=case.pk)
    assert (answer.status_code, len(answer.json()["documents"])) == (200, 2)
    after = api.get(address)
    assert after.json()["filed"]["case"]["reference_number"] == "610-1/1"
    assert after.json()["filed"]["by"] == "user:clerk"
    assert after["ETag"] != before["ETag"]
    listed = api.get("/api/v1/documents/", {"dossier": str(dossier.pk)}).json()["results"]
    assert {one["filed"]["dossier"]["reference_number"] for one in listed} == {"610-1"}
    assert api.get("/api/v1/documents/", {"filed": "false"}).json()["results"] == []
    assert api.post(f"{FILING}undo/", {"documents": [str(letter.pk)]}, format="json").status_code == 200
    assert api.get(address).json()["filed"] is None
    again = api.post(f"{FILING}undo/", {"documents": [str(letter.pk)]}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_undo")


def test_places_are_suggested(api: APIClient, dossier: Dossier) -> None:
    letter = factories.document(["Ihr Zeichen: 610-1"])
    [first] = api.get(f"{FILING}places/", {"document": str(letter.pk)}).json()
    assert (first["place"]["dossier"]["reference_number"], first["why"]) == ("610-1", "im Schreiben genannt")
    assert api.get(f"{FILING}places/", {"q": "xyzzy"}).json() == []


@pytest.mark.parametrize("body", [{}, {"dossier": "", "case": ""}])
def test_a_place_has_to_be_named_and_only_one(api: APIClient, dossier: Dossier, body: dict[str, str]) -> None:
    named = dict.fromkeys(body, dossier.pk)
    answer = put(api, documents=[str(factories.document().pk)], **named)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["dossier"])


def test_what_may_not_be_seen_is_not_there(api: APIClient, stranger: APIClient, dossier: Dossier) -> None:
    letter = factories.document()
    assert put(stranger, documents=[str(letter.pk)], dossier=dossier.pk).status_code == 404
    hidden = factories.document(of=factories.item(scope=factories.another_scope("Geheim")))
    assert put(api, documents=[str(letter.pk), str(hidden.pk)], dossier=dossier.pk).status_code == 404
    assert put(api, documents=[str(letter.pk)], dossier=factories.unknown_id()).status_code == 404
    assert stranger.get(f"{FILING}places/", {"q": "610"}).json() == []


def test_every_door_of_the_inbox_closes_when_a_letter_is_filed_elsewhere(
    api: APIClient, dossier: Dossier, client_of: ClientOf
) -> None:
    letter = factories.document(rendition=b"%PDF")
    inbox_only = client_of(factories.user_with(Role.CLERK, name="ina"))
    doors = [
        f"/api/v1/documents/{letter.pk}/",
        *(f"/api/v1/documents/{letter.pk}/{file}/" for file in ("original", "rendition", "thumbnail", "pages")),
        f"/api/v1/inbox/{letter.item_id}/",
        f"/api/v1/inbox/{letter.item_id}/original/",
    ]
    assert {inbox_only.get(door).status_code for door in doors} == {200}
    put(api, documents=[str(letter.pk)], dossier=dossier.pk)
    assert {inbox_only.get(door).status_code for door in doors} == {404}
    assert {api.get(door).status_code for door in doors[:5]} == {200}
    for name in ("documents", "inbox"):
        assert inbox_only.get(f"/api/v1/{name}/").json()["results"] == []


def test_a_letter_is_found_by_the_number_it_is_filed_under(api: APIClient, dossier: Dossier) -> None:
    from search.chosen import search_index
    from search.indexer import drain
    from search.source import RecordsSource

    letter = factories.document(["Guten Tag"])
    put(api, documents=[str(letter.pk)], case=factories.case(dossier).pk)
    drain(search_index(), RecordsSource())
    for typed in ("610-1/1", "610-1"):
        found = api.get("/api/v1/search/", {"q": typed}).json()
        assert [hit["document"]["id"] for hit in found["results"]] == [str(letter.pk)], typed


def test_the_list_costs_the_same_few_queries_when_all_is_filed(
    api: APIClient, dossier: Dossier, django_assert_max_num_queries: Any
) -> None:
    letters = [factories.document() for _ in range(6)]
    put(api, documents=[str(letter.pk) for letter in letters], dossier=dossier.pk)
    api.get("/api/v1/documents/")
    with django_assert_max_num_queries(12):  # one of them: which are sensitive
        assert len(api.get("/api/v1/documents/").json()["results"]) == 6


def test_a_copy_is_made_leads_to_its_original_and_is_taken_back(api: APIClient, dossier: Dossier) -> None:
    letter = factories.document(["Guten Tag"])
    source = api.get(f"/api/v1/documents/{letter.pk}/").json()
    assert "copy" in source["actions"]
    made = api.post(f"{FILING}copy/", {"documents": [str(letter.pk)], "dossier": str(dossier.pk)}, format="json")
    [copy] = made.json()["documents"]
    shown = api.get(f"/api/v1/documents/{copy}/").json()
    assert made.status_code == 201
    assert (shown["filed"]["dossier"]["reference_number"], shown["duplicate_of"]) == ("610-1", None)
    assert (shown["original"]["sha256"], shown["item"]) == (source["original"]["sha256"], source["item"])
    assert api.get(shown["links"]["original"]).status_code == 200
    assert api.get(f"/api/v1/documents/{copy}/pages/1/image/").status_code == 200
    [related] = api.get(f"/api/v1/documents/{copy}/relations/").json()
    assert (related["kind"], related["other"]["id"], related["actions"]) == ("copy_of", str(letter.pk), [])
    assert api.delete(f"/api/v1/relations/{related['id']}/").json()["code"] == "origin_stays"
    by_hand = {"kind": "made_from", "other": str(letter.pk)}
    answer = api.post(f"/api/v1/documents/{copy}/relations/", by_hand, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "origin_stays")
    undo = {"documents": [copy]}
    assert api.post(f"{FILING}unmake/", undo, format="json").status_code == 204
    assert api.post(f"{FILING}unmake/", undo, format="json").status_code == 404
    assert api.get(f"/api/v1/documents/{letter.pk}/").json()["filed"] is None


def test_an_attachment_shows_its_mail_and_its_neighbours_in_order_as_far_as_one_may_see_them(
    api: APIClient, dossier: Dossier, client_of: ClientOf
) -> None:
    mail = factories.document(attachments=["Plan.pdf", "Foto.jpg", "Liste.pdf"])
    parts = {one.title: one for one in Document.objects.filter(parent=mail)}
    here = f"/api/v1/documents/{parts['Foto.jpg'].pk}/"
    put(api, documents=[str(mail.pk), str(parts["Plan.pdf"].pk)], dossier=dossier.pk, alone=True)
    shown = api.get(here).json()
    assert (shown["filed"], shown["parent"]["title"]) == (None, "Ein Brief")
    assert [one["title"] for one in shown["siblings"]] == ["Plan.pdf", "Liste.pdf"]
    inbox_only = client_of(factories.user_with(Role.CLERK, name="ina"))
    hidden = inbox_only.get(here).json()
    assert (hidden["parent"], [one["title"] for one in hidden["siblings"]]) == (None, ["Liste.pdf"])
