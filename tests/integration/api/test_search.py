"""`/search/`: finds what stands on the pages, for those who may read it."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection
from rest_framework.test import APIClient

from dms.records.models import Document
from search.chosen import search_index
from search.indexer import drain
from search.source import RecordsSource
from tests import factories

SEARCH = "/api/v1/search/"


def index_all() -> None:
    drain(search_index(), RecordsSource())


def indexed(*pages: str, **fields: Any) -> Document:
    document = factories.document(pages, **fields)
    index_all()
    return document


@pytest.fixture
def letters(api: APIClient) -> list[Document]:
    return [
        indexed("Guten Tag", "Hiermit beantrage ich Wohngeld für meine Wohnung", title="Antrag"),
        indexed("Rechnung über Bürobedarf", title="Rechnung", kind="invoice", letter_date=None),
        indexed("Widerspruch gegen den Bescheid über Wohngeld", title="Widerspruch", kind=None),
    ]


def found(api: APIClient, **query: Any) -> Any:
    answer = api.get(SEARCH, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_word_is_found_with_page_and_snippet(api: APIClient, letters: list[Document]) -> None:
    answer = found(api, q="Wohnung")
    assert answer["count"] == 1
    [hit] = answer["results"]
    assert (hit["document"]["id"], hit["document"]["title"], hit["page"]) == (str(letters[0].id), "Antrag", 2)
    assert "Wohnung" in hit["snippet"]
    assert "".join(part["text"] for part in hit["snippet_parts"]) == hit["snippet"]
    assert [part["text"] for part in hit["snippet_parts"] if part["marked"]] == ["Wohnung"]
    assert hit["score"] > 0
    assert api.get(hit["document"]["link"]).status_code == 200


def test_letters_of_one_sender_are_found(api: APIClient, letters: list[Document]) -> None:
    mine = indexed("Rechnung über Wohngeld", title="Von Müller", sender="Müller GmbH")
    indexed("Rechnung an die Müller GmbH", title="An Müller", sender="Stadtwerke")
    for typed in ('absender:"Müller GmbH"', 'sender:"Müller GmbH"', "absender:müller Wohngeld"):
        assert [hit["document"]["id"] for hit in found(api, q=typed)["results"]] == [str(mine.id)]


def test_what_is_spelt_similarly_stands_behind_and_says_so(api: APIClient, letters: list[Document]) -> None:
    misread = indexed("Hiermit beantrage ich eine Wohnnng", title="Falsch gelesen")
    answer = found(api, q="Wohnung")
    assert (answer["count"], answer["similar"]) == (2, 1)
    assert [(hit["document"]["id"], hit["similar"]) for hit in answer["results"]] == [
        (str(letters[0].id), False),
        (str(misread.id), True),
    ]


def test_facets_count_kinds_years_and_states(api: APIClient, letters: list[Document]) -> None:
    facets = found(api)["facets"]
    assert {(one["value"], one["label"], one["count"]) for one in facets["kind"]} == {
        ("application", "Antrag", 1),
        ("invoice", "Rechnung", 1),
        ("", "unsicher", 1),
    }
    assert facets["year"] == [{"value": 2026, "label": "2026", "count": 3}]
    assert facets["state"] == [{"value": "received", "label": "eingegangen", "count": 3}]


def test_none_of_the_kinds_is_a_value_of_its_own_beside_unsure(api: APIClient, letters: list[Document]) -> None:
    api.patch(f"/api/v1/documents/{letters[0].pk}/", {"kind": None}, format="json")
    index_all()
    counted = {one["value"]: (one["label"], one["count"]) for one in found(api)["facets"]["kind"]}
    assert counted["-"] == ("keine passende Art", 1)
    assert counted[""] == ("unsicher", 1)
    assert [hit["document"]["title"] for hit in found(api, kind="-")["results"]] == ["Antrag"]
    assert [hit["document"]["title"] for hit in found(api, kind="")["results"]] == ["Widerspruch"]


def test_a_corrected_title_is_found(api: APIClient, letters: list[Document]) -> None:
    api.patch(f"/api/v1/documents/{letters[1].pk}/", {"title": "Zirkusplakat"}, format="json")
    index_all()
    assert found(api, q="Zirkusplakat")["count"] == 1


def test_hits_are_narrowed_by_facets(api: APIClient, letters: list[Document]) -> None:
    assert found(api, kind="invoice")["count"] == 1
    assert found(api, kind=["invoice", ""])["count"] == 2
    assert found(api, q="Wohngeld", kind="application")["count"] == 1
    assert found(api, year=1999)["count"] == 0
    assert found(api, state="checked")["count"] == 0


def test_hits_come_page_by_page(api: APIClient, letters: list[Document]) -> None:
    first = found(api, page_size=2, sort="oldest")
    second = api.get(first["next"]).json()
    ids = [hit["document"]["id"] for hit in first["results"] + second["results"]]
    assert sorted(ids) == sorted(str(letter.id) for letter in letters)
    assert (first["previous"], second["next"], first["count"]) == (None, None, 3)
    assert found(api, page=9)["results"] == []


def test_a_stranger_finds_and_counts_nothing(stranger: APIClient, letters: list[Document]) -> None:
    answer = found(stranger, q="Wohngeld")
    assert (answer["count"], answer["results"]) == (0, [])
    assert answer["facets"] == {"kind": [], "year": [], "state": []}


def test_the_search_costs_the_same_few_queries(
    api: APIClient, letters: list[Document], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(11):
        found(api)


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page_size": "201"},
        {"sort": "best"},
        {"year": "x"},
        {"state": "x"},
        {"q": "x" * 2001},
        {"kind": "\0"},
    ],
)
def test_a_wrong_parameter_is_named(api: APIClient, query: dict[str, str]) -> None:
    answer = api.get(SEARCH, query)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, list(query))


@pytest.mark.parametrize("text", ['"', "-", "*", "a OR", "((", ":&|!", "' OR 1=1 --", "\ud7ff", "ß" * 200, "a\0b"])
def test_no_typed_text_is_wrong(api: APIClient, letters: list[Document], text: str) -> None:
    found(api, q=text)


@pytest.mark.parametrize("text", ['"', "*"])
def test_what_holds_no_word_was_not_searched_for(api: APIClient, letters: list[Document], text: str) -> None:
    answer = found(api, q=text)
    assert (answer["count"], answer["results"], answer["wordless"]) == (0, [], True)
    assert not found(api, q="Xylophon")["wordless"]
    assert not found(api)["wordless"]


def test_without_its_index_the_search_says_so(api: APIClient) -> None:
    with psycopg.connect(**_login()) as somebody_else, connection.cursor() as cursor:
        somebody_else.execute("LOCK TABLE search_entry IN ACCESS EXCLUSIVE MODE")
        cursor.execute("SET LOCAL statement_timeout = '1500ms'")
        answer = api.get(SEARCH, {"q": "Wohngeld"})
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer.json()["code"] == "search_unavailable"
    assert "Suche" in answer.json()["detail"]
    assert answer["Retry-After"]


def _login() -> dict[str, Any]:
    known = connection.get_connection_params()
    return {name: known[name] for name in ("dbname", "user", "password", "host", "port") if name in known}
