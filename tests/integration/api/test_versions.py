"""`/documents/{id}/versions/`: handed in by programs, listed with their files, the former ones as they were."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from dms.records.models import Document
from ingest.work.tools import chosen_tools
from tests import factories
from tests.integration.ingest.working import LETTER, work

pytestmark = pytest.mark.django_db
BETTER = b"Sehr geehrte Damen und Herren,\n\nder Ausweis kam gestern an.\n"


@pytest.fixture
def letter(scope: object) -> Document:
    factories.item(LETTER, "antrag.txt")
    work(chosen_tools())
    return Document.objects.get()


def path(letter: Document, more: str = "") -> str:
    return f"/api/v1/documents/{letter.pk}/{more}"


def upload(api: APIClient, letter: Document, content: bytes = BETTER, **headers: Any) -> Any:
    body = {"file": SimpleUploadedFile("neu.txt", content), "comment": "Nachgereicht"}
    return api.post(path(letter, "versions/"), body, format="multipart", headers=headers)


def read(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_version_is_handed_in_and_followed_until_it_is_current(api: APIClient, letter: Document) -> None:
    assert "hand_in" in api.get(path(letter)).json()["actions"]
    answer = upload(api, letter)
    assert answer.status_code == 201
    assert (answer.json()["state"], answer.json()["version_of"]) == ("waiting", str(letter.pk))
    work(chosen_tools())
    assert api.get(answer["Location"]).json()["state"] == "done"
    assert api.get(path(letter)).json()["version"] == 2
    versions = api.get(path(letter, "versions/")).json()
    assert [(one["number"], one["current"], one["comment"]) for one in versions] == [
        (2, True, "Nachgereicht"),
        (1, False, ""),
    ]
    assert versions[0]["handed_in_by"] == "user:clerk"


def test_each_version_has_its_own_files_and_pages(api: APIClient, letter: Document) -> None:
    upload(api, letter)
    work(chosen_tools())
    assert read(api.get(path(letter, "original/"))) == read(api.get(path(letter, "versions/2/original/"))) == BETTER
    former = api.get(path(letter, "versions/1/original/"))
    assert read(former) == LETTER
    assert "antrag.txt" in former["Content-Disposition"]
    assert read(api.get(path(letter, "versions/1/rendition/"))).startswith(b"%PDF")
    assert api.get(path(letter, "versions/1/pages/1/image/")).status_code == 200
    assert api.get(path(letter, "versions/1/thumbnail/")).status_code == 200
    texts = [
        json.loads(read(api.get(path(letter, f"{version}pages/"))))["results"][0]["text"]
        for version in ("", "versions/1/")
    ]
    assert "gestern" in texts[0]
    assert "Anwohnerparkausweis" in texts[1]


def test_a_version_that_there_is_not_is_not_found(api: APIClient, letter: Document) -> None:
    for more in ("", "original/", "rendition/", "thumbnail/", "pages/", "pages/1/image/"):
        assert api.get(path(letter, f"versions/2/{more}")).status_code == 404


def test_a_stranger_neither_sees_nor_hands_in(stranger: APIClient, letter: Document) -> None:
    assert stranger.get(path(letter, "versions/")).status_code == 404
    assert stranger.get(path(letter, "versions/1/original/")).status_code == 404
    assert upload(stranger, letter).status_code == 404


def test_what_stands_in_the_way_is_told_by_a_code(api: APIClient, letter: Document) -> None:
    old = api.get(path(letter))["ETag"]
    assert upload(api, letter, LETTER).json()["code"] == "same_bytes"
    api.patch(path(letter), {"title": "Anders"}, format="json")
    assert upload(api, letter, BETTER, **{"If-Match": old}).status_code == 412
    assert upload(api, letter).status_code == 201
    assert upload(api, letter, b"und noch eine").json()["code"] == "version_pending"


def test_a_new_version_changes_the_etag(api: APIClient, letter: Document) -> None:
    before = api.get(path(letter))["ETag"]
    upload(api, letter)
    work(chosen_tools())
    assert api.get(path(letter))["ETag"] != before


def test_a_version_does_not_stand_in_the_list_of_the_inbox(api: APIClient, letter: Document) -> None:
    item = upload(api, letter).json()
    listed = [one["id"] for one in api.get("/api/v1/inbox/").json()["results"]]
    assert item["id"] not in listed
    assert api.get(f"/api/v1/inbox/{item['id']}/").status_code == 200
