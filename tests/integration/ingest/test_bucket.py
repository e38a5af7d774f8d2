"""Work on a bucket: with the store away items wait and go on by themselves; what rotted there is told in German."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings

from dms.access.actors import system_ingest
from dms.access.models import Scope
from dms.adapters.chosen import object_store
from dms.adapters.s3_store import S3Store
from dms.ports import StoreUnavailable
from ingest.models import ItemState, Turn
from ingest.objects.known import known_objects
from ingest.reasons import Reason
from ingest.sources.folder import WatchedFolder
from ingest.work.attempt import Tools
from ingest.work.tidy import GRACE, tidy_objects
from tests import factories
from tests.integration.ingest.working import LETTER, SetClock, worked
from tests.object_server import OwnObjectServer, opened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def server(
    own_object_server: OwnObjectServer, settings: LazySettings, tmp_path: Path, objects_of_this_test: None
) -> Iterator[OwnObjectServer]:
    place = own_object_server.place()
    opened(place)
    settings.OBJECT_STORE_PLAN = tmp_path / "object-store.json"
    factories.store_at(place, settings)
    yield own_object_server
    object_store.cache_clear()


def bucket(server: OwnObjectServer) -> S3Store:
    store = object_store().plan().write_to.open()
    assert isinstance(store, S3Store)
    return store


def test_a_letter_goes_the_whole_way_on_a_bucket(tools: Tools) -> None:
    assert worked(factories.item(LETTER), tools).state == ItemState.DONE
    known = list(known_objects())
    assert len(known) > 3
    for one in known:
        object_store().verify(one.key, one.sha256)
    assert {one.key for one in known} == set(object_store().keys())


def test_while_the_store_is_away_items_wait_and_then_go_on_by_themselves(
    server: OwnObjectServer, tools: Tools, clock: SetClock
) -> None:
    letter = factories.item(LETTER)
    server.kill()
    for _ in range(5):
        assert worked(letter, tools).state == ItemState.WAITING, "however often it is tried"
        clock.forward(60)
    assert "Connection refused" in Turn.objects.get(pk=letter.pk).note
    server.start()
    clock.forward(60)
    assert worked(letter, tools).state == ItemState.DONE


def test_an_original_that_rotted_in_the_bucket_is_refused_with_the_next_step(
    server: OwnObjectServer, tools: Tools
) -> None:
    letter = factories.item(LETTER)
    store = bucket(server)
    store._client.put_object(store.bucket, letter.key, io.BytesIO(b"other"), 5)
    refused = worked(letter, tools)
    assert (refused.state, refused.reason_text) == (ItemState.REFUSED, Reason.ORIGINAL_DAMAGED)
    assert "stimmen nicht mehr mit der Prüfsumme" in str(refused.reason_text.sentence)  # type: ignore[union-attr]
    assert "aus der Sicherung" in str(refused.reason_text.next_step)  # type: ignore[union-attr]


def test_files_stay_in_the_watched_folder_until_the_store_is_back(
    server: OwnObjectServer, scope: Scope, clock: SetClock, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "brief.txt").write_bytes(LETTER)

    clock.forward(60)
    look = WatchedFolder(inbox, system_ingest(), scope, clock, quiet_seconds=2, patience_seconds=600).look
    server.kill()
    with pytest.raises(StoreUnavailable):
        look()
    assert [path.name for path in inbox.iterdir()] == ["brief.txt"]
    server.start()
    assert len(look()) == 1
    assert list(inbox.iterdir()) == []


def test_strays_that_the_bucket_protects_stay_and_the_others_go(
    server: OwnObjectServer, tools: Tools, clock: SetClock
) -> None:
    done = worked(factories.item(LETTER), tools)
    prefix = done.key.rpartition("/")[0]
    free, locked = (tools.store.put(f"{prefix}/stray-{n}.bin", io.BytesIO(b"x")).key for n in ("free", "locked"))
    store = bucket(server)
    store._client.enable_object_legal_hold(store.bucket, locked)
    clock.forward((GRACE + timedelta(minutes=1)).total_seconds())
    assert tidy_objects(tools) == 1
    left = set(tools.store.keys())
    assert (free in left, locked in left) == (False, True)
