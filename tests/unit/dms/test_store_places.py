"""How the address of a store is read, and what is said about one that cannot be."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dms.adapters.folder_store import FolderStore
from dms.adapters.s3_store import S3Store
from dms.adapters.store_places import NotAPlace, Place
from dms.adapters.store_plan import Plan, PlanFile, PlannedStore
from dms.ports import StoreMisconfigured

BUCKET = Place("s3+https://objects.example.org:9000/town?region=eu-central-1&timeout=5", "user", "the-secret")


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "Akten & Vorgänge #1"
    store = Place(folder.as_uri()).open()
    assert isinstance(store, FolderStore)
    assert store.folder == folder


def test_a_bucket_is_named_with_server_and_options() -> None:
    store = BUCKET.open()
    assert isinstance(store, S3Store)
    assert store.bucket == "town"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "expected file:///"),
        ("/srv/objects", "expected file:///"),
        ("file://srv/objects", "three slashes"),
        ("file:///", "three slashes"),
        ("s3://town", "expected file:///"),
        ("https://objects.example.org/town", "expected file:///"),
        ("s3+https://objects.example.org", "server:port/bucket"),
        ("s3+https://objects.example.org/town/sub", "server:port/bucket"),
        ("s3+https:///town", "server:port/bucket"),
        ("s3+https://objects.example.org/T", "bucket"),
        ("s3+https://objects.example.org:x/town", "x"),
        ("s3+https://objects.example.org/town?timeout=long", "long"),
        ("s3+https://objects.example.org/town?encryption=no", "encryption is on or off"),
        ("s3+https://objects.example.org/town?tls=off", "unknown option tls"),
    ],
)
def test_an_address_that_cannot_be_read_says_how_it_is_right(url: str, told: str) -> None:
    with pytest.raises(NotAPlace, match=told):
        Place(url, "user", "the-secret").open()


def test_credentials_are_needed_and_never_stand_in_the_address() -> None:
    with pytest.raises(NotAPlace, match="access key and secret key are missing"):
        Place("s3+https://objects.example.org/town").open()
    with pytest.raises(NotAPlace, match="do not belong into the address") as told:
        Place("s3+https://user:the-secret@objects.example.org/town").open()
    assert "the-secret" not in str(told.value)
    assert "the-secret" not in repr(BUCKET)


def test_a_plan_is_kept_for_nobody_else_and_read_back(tmp_path: Path) -> None:
    file = PlanFile(tmp_path / "object-store.json")
    assert file.read() is None
    plan = Plan(BUCKET, Place("file:///srv/objects"), datetime(2026, 11, 25, tzinfo=UTC))
    file.write(plan)
    assert file.read() == plan
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_a_change_of_the_plan_is_seen_with_the_next_use(tmp_path: Path) -> None:
    file = PlanFile(tmp_path / "object-store.json")
    places = [Place((tmp_path / name).as_uri()) for name in ("one", "two")]
    store = PlannedStore(places[0], file)
    assert list(store.keys()) == []
    file.write(Plan(places[1]))
    store.prepare()
    (tmp_path / "two" / "a").write_bytes(b"x")
    assert list(store.keys()) == ["a"]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", json.dumps({"write_to": {"place": "x"}, "also_read": None})])
def test_a_plan_that_cannot_be_understood_stops_everything_and_loses_nothing(tmp_path: Path, content: str) -> None:
    file = PlanFile(tmp_path / "object-store.json")
    store = PlannedStore(Place((tmp_path / "one").as_uri()), file)
    file.path.write_text(content)
    with pytest.raises(StoreMisconfigured, match=r"object-store\.json"):
        store.size("a")
    file.path.unlink()
    assert list(store.keys()) == []
