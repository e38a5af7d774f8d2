"""What leaves the product is what came in: whole, in parts, or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from rest_framework.test import APIClient

from api.http import downloads
from dms.records.models import Document, ObjectRole, StoredObject
from ingest.models import InboxItem
from tests import factories

CONTENT = bytes(range(256)) * 8
PROBLEM = "application/problem+json"


@pytest.fixture
def letter(api: APIClient) -> Document:
    return factories.document(of=factories.item(CONTENT, "Bescheid Nr. 5 für Müller.txt"), rendition=b"%PDF-1.7 A-2b")


@pytest.fixture
def address(letter: Document) -> str:
    return f"/api/v1/documents/{letter.id}/original/"


@pytest.fixture(autouse=True)
def _nothing_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "_proofs", downloads._Proofs())


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def damage(store: Path, document: Document, role: ObjectRole = ObjectRole.ORIGINAL) -> None:
    """One bit turns over on the disk."""
    path = store / StoredObject.objects.get(version__document=document, role=role).key
    path.chmod(0o640)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_the_original_comes_out_bit_for_bit(api: APIClient, address: str) -> None:
    answer = api.get(address)
    assert (answer.status_code, body(answer)) == (200, CONTENT)
    assert answer["Content-Length"] == str(len(CONTENT))
    assert answer["ETag"] == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Accept-Ranges"] == "bytes"


def test_a_browser_saves_it_and_never_runs_it(api: APIClient, address: str) -> None:
    answer = api.get(address)
    assert (
        answer["Content-Disposition"] == "attachment; filename*=utf-8''Bescheid%20Nr.%205%20f%C3%BCr%20M%C3%BCller.txt"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_what_a_browser_could_run_is_sent_as_mere_bytes(api: APIClient, letter: Document, address: str) -> None:
    download = downloads.Download("k", "0", 1, "text/html", "a\nb.html")
    answer = downloads._dressed(HttpResponse(), download, '"0"')
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "application/octet-stream",
        'attachment; filename="ab.html"',
    )


def test_damaged_bytes_never_go_out(api: APIClient, letter: Document, address: str, store: Path) -> None:
    damage(store, letter)
    answer = api.get(address)
    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (500, PROBLEM, "object_damaged")
    part = api.get(address, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.json()["code"]) == (500, "object_damaged")


def test_a_missing_file_is_told_like_a_damaged_one(api: APIClient, letter: Document, address: str, store: Path) -> None:
    (store / StoredObject.objects.get(version__document=letter, role=ObjectRole.ORIGINAL).key).unlink()
    assert api.get(address).json()["code"] == "object_damaged"


def test_a_whole_download_is_proven_each_time(api: APIClient, letter: Document, address: str, store: Path) -> None:
    assert api.get(address).status_code == 200
    damage(store, letter)
    assert api.get(address).status_code == 500


def test_the_damaged_original_of_an_item_is_refused_too(api: APIClient, letter: Document, store: Path) -> None:
    damage(store, letter)
    item = InboxItem.objects.get(pk=letter.item_id)
    assert api.get(f"/api/v1/inbox/{item.pk}/original/").json()["code"] == "object_damaged"


@pytest.mark.parametrize(
    ("asked", "told", "content"),
    [
        ("bytes=0-0", "bytes 0-0/2048", CONTENT[:1]),
        ("bytes=10-19", "bytes 10-19/2048", CONTENT[10:20]),
        ("bytes=2000-", "bytes 2000-2047/2048", CONTENT[2000:]),
        ("bytes=2000-9999", "bytes 2000-2047/2048", CONTENT[2000:]),
        ("bytes=-48", "bytes 2000-2047/2048", CONTENT[2000:]),
        ("bytes=-9999", "bytes 0-2047/2048", CONTENT),
    ],
)
def test_a_part_can_be_had(api: APIClient, address: str, asked: str, told: str, content: bytes) -> None:
    answer = api.get(address, headers={"Range": asked})
    assert (answer.status_code, answer["Content-Range"], body(answer)) == (206, told, content)
    assert answer["Content-Length"] == str(len(content))


@pytest.mark.parametrize("asked", ["bytes=2048-", "bytes=9999-10000", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused(api: APIClient, address: str, asked: str) -> None:
    answer = api.get(address, headers={"Range": asked})
    assert (answer.status_code, answer["Content-Range"], answer["Content-Type"]) == (416, "bytes */2048", PROBLEM)


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=9-3", "bytes=-", "bytes=a-b", "nonsense"])
def test_a_range_that_cannot_be_served_gets_the_whole(api: APIClient, address: str, asked: str) -> None:
    answer = api.get(address, headers={"Range": asked})
    assert (answer.status_code, body(answer)) == (200, CONTENT)


def test_if_range_gives_the_whole_when_the_version_is_another_one(api: APIClient, address: str) -> None:
    etag = api.get(address)["ETag"]
    same = api.get(address, headers={"Range": "bytes=0-9", "If-Range": etag})
    other = api.get(address, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (same.status_code, other.status_code) == (206, 200)


def test_what_the_program_has_already_is_not_sent_again(api: APIClient, address: str) -> None:
    etag = api.get(address)["ETag"]
    answer = api.get(address, headers={"If-None-Match": f'"x", W/{etag}'})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    assert api.get(address, headers={"If-None-Match": '"x"'}).status_code == 200
    failed = api.get(address, headers={"If-Match": '"x"'})
    assert (failed.status_code, failed["Content-Type"]) == (412, PROBLEM)


def test_head_tells_the_size_without_the_bytes(api: APIClient, address: str) -> None:
    answer = api.head(address)
    assert (answer.status_code, answer["Content-Length"], body(answer)) == (200, str(len(CONTENT)), b"")


def test_a_large_file_is_sent_in_small_pieces(api: APIClient) -> None:
    large = b"0123456789abcdef" * 200_000
    answer: Any = api.get(f"/api/v1/inbox/{factories.item(large, 'gross.bin').id}/original/")
    pieces = [len(piece) for piece in answer.streaming_content]
    assert (sum(pieces), max(pieces)) == (len(large), downloads.CHUNK)


def test_accept_is_not_judged(api: APIClient, address: str) -> None:
    assert api.get(address, headers={"Accept": "application/pdf"}).status_code == 200


def test_rendition_thumbnail_and_page_image_can_be_had(api: APIClient, letter: Document) -> None:
    base = f"/api/v1/documents/{letter.id}"
    rendition = api.get(f"{base}/rendition/")
    assert (rendition["Content-Type"], body(rendition)) == ("application/pdf", b"%PDF-1.7 A-2b")
    assert rendition["Content-Disposition"].endswith("M%C3%BCller%20%28PDF-A%29.pdf")
    for picture in (api.get(f"{base}/thumbnail/"), api.get(f"{base}/pages/1/image/")):
        assert (picture["Content-Type"], body(picture)) == ("image/png", factories.PNG)
        assert picture["Content-Disposition"].startswith("inline")


def test_what_is_not_there_is_not_found(api: APIClient) -> None:
    base = f"/api/v1/documents/{factories.document().id}"
    for path in ("rendition/", "pages/2/image/", "pages/99999999999999999999/image/", "pages/0/image/"):
        answer = api.get(f"{base}/{path}")
        assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM), path


def test_no_file_goes_to_a_stranger(stranger: APIClient, letter: Document) -> None:
    base = f"/api/v1/documents/{letter.id}"
    for path in ("original/", "rendition/", "thumbnail/", "pages/1/image/"):
        assert stranger.get(f"{base}/{path}").status_code == 404
        assert stranger.get(f"{base}/{path}", headers={"If-None-Match": "*"}).status_code == 404
