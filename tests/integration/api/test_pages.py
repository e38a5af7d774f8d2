"""`/documents/{id}/pages/`: the text of each page, its words on the picture, and where something is found."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from dms.records.models import Document
from tests import factories


def pages(api: APIClient, document: Document, **query: Any) -> Any:
    answer: Any = api.get(f"/api/v1/documents/{document.id}/pages/", query)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    return json.loads(b"".join(answer.streaming_content))


@pytest.fixture
def letter(api: APIClient) -> Document:
    return factories.document(["Antrag auf Wohngeld\nSehr geehrte Damen", "Die Anträge der Bürger", ""])


def test_each_page_has_its_text_and_its_words_with_boxes(api: APIClient, letter: Document) -> None:
    answer = pages(api, letter)
    assert answer["count"] == 3
    assert [page["number"] for page in answer["results"]] == [1, 2, 3]
    first = answer["results"][0]
    assert first["text"] == "Antrag auf Wohngeld\nSehr geehrte Damen"
    assert [word["text"] for word in first["words"]] == first["text"].split()
    for word in first["words"]:
        x0, y0, x1, y1 = word["box"]
        assert 0 <= x0 < x1 <= 1
        assert 0 <= y0 < y1 <= 1
    assert (first["source"], first["width"], first["confidence"], first["barcodes"]) == ("ocr", 1240, 95.5, [])


def test_a_blank_page_is_there_and_blank(api: APIClient, letter: Document) -> None:
    blank = pages(api, letter)["results"][2]
    assert (blank["text"], blank["words"], blank["blank"]) == ("", [], True)


def test_what_is_searched_for_is_boxed_also_when_inflected(api: APIClient, letter: Document) -> None:
    first, second, third = pages(api, letter, q="Antrag")["results"]
    assert first["hits"] == [[first["words"][0]["box"]]]
    assert second["hits"] == [[second["words"][1]["box"]]]
    assert third["hits"] == []


def test_a_phrase_is_one_group_of_boxes(api: APIClient, letter: Document) -> None:
    page = pages(api, letter, q='"geehrte Damen"', first=1, last=1)["results"][0]
    assert page["hits"] == [[word["box"] for word in page["words"][-2:]]]


def test_without_a_question_there_are_no_hits(api: APIClient, letter: Document) -> None:
    assert "hits" not in pages(api, letter)["results"][0]


def test_some_pages_can_be_had(api: APIClient, letter: Document) -> None:
    answer = pages(api, letter, first=2, last=2)
    assert (answer["count"], [page["number"] for page in answer["results"]]) == (3, [2])
    assert pages(api, letter, first=9)["results"] == []


def test_a_document_without_pages_has_none(api: APIClient) -> None:
    assert pages(api, factories.document([])) == {"count": 0, "results": []}


def test_a_long_document_comes_whole(api: APIClient, django_assert_max_num_queries: Any) -> None:
    document = factories.document([f"Seite {number}" for number in range(1, 46)])
    with django_assert_max_num_queries(10):
        answer = pages(api, document)
    assert [page["text"] for page in answer["results"]] == [f"Seite {number}" for number in range(1, 46)]


@pytest.mark.parametrize("query", [{"first": "0"}, {"last": "x"}, {"q": "x" * 2001}])
def test_a_wrong_parameter_is_named(api: APIClient, letter: Document, query: dict[str, str]) -> None:
    answer = api.get(f"/api/v1/documents/{letter.id}/pages/", query)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, list(query))
