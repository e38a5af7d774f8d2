"""The API on a bucket: links that last for seconds, and what programs are told on the store's bad days."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
import requests
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from dms.access.actors import system_setup
from dms.access.models import Grant, Scope, User
from dms.adapters.chosen import object_store
from dms.adapters.store_places import Place
from dms.audit.door import change
from dms.audit.events import Event
from dms.records.models import Document, ObjectRole, StoredObject
from ingest.models import InboxItem
from tests import factories
from tests.object_server import ObjectServer, OwnObjectServer, opened

CONTENT = bytes(range(256)) * 8
PROBLEM = "application/problem+json"


@pytest.fixture
def place(object_server: ObjectServer) -> Place:
    place = object_server.place()
    opened(place)
    return place


@pytest.fixture
def bucket(place: Place, settings: LazySettings, objects_of_this_test: None) -> Iterator[Place]:
    """In the place of the folder that other tests of the API have."""
    factories.store_at(place, settings)
    yield place
    object_store.cache_clear()


@pytest.fixture
def public_bucket(bucket: Place, settings: LazySettings) -> Place:
    """Browsers reach it, at the address at which we do."""
    public = replace(bucket, public_url=f"http://{bucket.url.partition('//')[2].partition('/')[0]}")
    factories.store_at(public, settings)
    return public


def letter() -> Document:
    return factories.document(of=factories.item(CONTENT, "Bescheid für Müller.txt"), rendition=b"%PDF-1.7 A-2b")


def original(document: Document) -> str:
    return f"/api/v1/documents/{document.id}/original/"


def hand_in(api: APIClient, name: str = "brief.txt") -> requests.Response:
    return api.post("/api/v1/inbox/", {"file": SimpleUploadedFile(name, CONTENT)}, format="multipart")  # type: ignore[return-value]


# --- links --------------------------------------------------------------------------------------------


def test_saving_a_file_is_answered_with_a_link_that_works_at_once(api: APIClient, public_bucket: Place) -> None:
    document = letter()
    answer = api.get(original(document))
    assert answer.status_code == 302
    assert answer["ETag"] == f'"{StoredObject.objects.get(key=_key(document)).sha256}"'
    assert answer["Cache-Control"] == "no-store"
    saved = requests.get(answer["Location"], timeout=10)
    assert (saved.status_code, saved.content) == (200, CONTENT)
    assert saved.headers["Content-Disposition"] == "attachment; filename*=utf-8''Bescheid%20f%C3%BCr%20M%C3%BCller.txt"
    assert "X-Amz-Expires=10" in answer["Location"]
    item = api.get(f"/api/v1/inbox/{document.item_id}/original/")
    assert requests.get(item["Location"], timeout=10).headers["Content-Type"] == "application/octet-stream"


def test_each_click_asks_for_the_right_again(
    api: APIClient, stranger: APIClient, clerk: User, scope: Scope, public_bucket: Place
) -> None:
    document = letter()
    assert api.get(original(document)).status_code == 302
    assert stranger.get(original(document)).status_code == 404
    with change(system_setup(), Event.GRANT_CREATED, chain="town") as opened_door:
        grant = Grant.objects.get(user=clerk, scope=scope)
        grant.valid_from = grant.valid_to = date(2020, 1, 1)
        opened_door.save(grant)
    assert api.get(original(document)).status_code == 404


def test_what_a_page_shows_and_parts_come_through_us(api: APIClient, public_bucket: Place) -> None:
    document = letter()
    etag = api.get(original(document))["ETag"]
    assert api.get(original(document), headers={"Range": "bytes=0-9"}).status_code == 206
    assert api.get(original(document), headers={"If-None-Match": etag}).status_code == 304
    assert api.head(original(document))["Content-Length"] == str(len(CONTENT))
    for picture in ("thumbnail/", "pages/1/image/"):
        assert api.get(f"/api/v1/documents/{document.id}/{picture}").status_code == 200


def test_no_link_leads_to_damaged_bytes(api: APIClient, public_bucket: Place) -> None:
    document = letter()
    store = opened(public_bucket)
    store._client.put_object(store.bucket, _key(document), _stream(b"other bytes"), 11)
    answer = api.get(original(document))
    assert (answer.status_code, answer.json()["code"]) == (500, "object_damaged")


def test_a_bucket_that_is_not_public_is_never_linked_to(api: APIClient, bucket: Place) -> None:
    answer = api.get(original(letter()))
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, CONTENT)  # type: ignore[attr-defined]


# --- bad days -------------------------------------------------------------------------------------------


def test_bytes_that_rotted_in_the_bucket_are_named_in_german(api: APIClient, bucket: Place) -> None:
    document = letter()
    store = opened(bucket)
    store._client.put_object(store.bucket, _key(document), _stream(CONTENT[:-1] + b"!"), len(CONTENT))
    answer = api.get(original(document))
    assert (answer.status_code, answer["Content-Type"]) == (500, PROBLEM)
    assert answer.json()["detail"] == "Die gespeicherte Datei ist beschädigt oder fehlt. Bitte die IT verständigen."


def test_while_the_server_is_away_uploads_are_answered_with_what_to_do(
    api: APIClient, own_object_server: OwnObjectServer, settings: LazySettings
) -> None:
    place = own_object_server.place()
    opened(place)
    factories.store_at(place, settings)
    assert hand_in(api).status_code == 201
    own_object_server.kill()
    answer = hand_in(api)
    assert (answer.status_code, answer.headers["Content-Type"], answer.headers["Retry-After"]) == (503, PROBLEM, "30")
    assert answer.json()["code"] == "store_unavailable"
    assert "bitte später noch einmal" in answer.json()["detail"]
    assert InboxItem.objects.count() == 1, "nothing half visible"
    assert api.get(f"/api/v1/inbox/{InboxItem.objects.get().id}/original/").status_code == 503
    own_object_server.start()
    assert hand_in(api).status_code == 201
    assert len(list(object_store().keys())) == 2


def test_with_wrong_credentials_nothing_is_taken_in_and_the_log_says_why(
    api: APIClient, bucket: Place, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    factories.store_at(replace(bucket, secret_key="wrong-secret-key"), settings)
    assert hand_in(api).status_code == 503
    assert "SignatureDoesNotMatch" in caplog.text
    assert "wrong-secret-key" not in caplog.text
    assert not InboxItem.objects.exists()


def _key(document: Document) -> str:
    key: str = StoredObject.objects.get(version__document=document, role=ObjectRole.ORIGINAL).key
    return key


def _stream(data: bytes) -> io.BytesIO:
    return io.BytesIO(data)
