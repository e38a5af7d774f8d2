"""`./manage.py objects`: what lies in the store is compared with the database, and moves while the town works."""

from __future__ import annotations

import io
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connections

from dms.access.actors import system_setup
from dms.access.models import Scope
from dms.adapters.chosen import object_store
from dms.adapters.folder_store import FolderStore
from dms.adapters.s3_store import S3Store
from dms.adapters.store_places import Place
from dms.adapters.store_plan import Plan, PlanFile
from dms.adapters.two_stores import TwoStores
from dms.audit.door import change
from dms.audit.events import Event
from dms.ports import ObjectMissing, StoreUnavailable
from dms.records.models import ClassifierModel, StoredObject
from ingest.models import InboxItem, ItemState
from ingest.objects import move as moving
from ingest.objects.carry import carry_over
from ingest.objects.check import strays
from ingest.objects.known import known_objects
from ingest.objects.move import Move
from ingest.work.attempt import Tools
from ingest.work.tidy import GRACE
from ingest.work.workspace import fresh_key, item_prefix
from tests import factories
from tests.integration.ingest.working import LETTER, SetClock, worked
from tests.object_server import ObjectServer, OwnObjectServer, opened

pytestmark = pytest.mark.django_db

Said = tuple[int, str, str]
Objects = Callable[..., Said]


@pytest.fixture(autouse=True)
def plan_of_this_test(tmp_path: Path, settings: LazySettings, objects_of_this_test: None) -> Path:
    """No move of one test is seen by another."""
    settings.OBJECT_STORE_PLAN = tmp_path / "object-store.json"
    object_store.cache_clear()
    return tmp_path / "object-store.json"


@pytest.fixture
def objects(capsys: pytest.CaptureFixture[str]) -> Objects:
    """Runs the command; returns its exit code and what it said on both ways."""

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        try:
            call_command("objects", *arguments)
            code = 0
        except CommandError as error:
            code = 1
            print(error)
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def town(scope: Scope) -> list[InboxItem]:
    """Three letters with their documents, and one that waits."""
    done = [factories.item(LETTER + str(n).encode(), f"brief-{n}.txt") for n in range(3)]
    for item in done:
        factories.document(of=item, rendition=b"%PDF-1.7 A-2b")
    return [*done, factories.item(b"wartet noch", "wartet.txt")]


@pytest.fixture
def bucket(object_server: ObjectServer, settings: LazySettings) -> Place:
    """A place to move to; nothing is there yet, not even the bucket. Its credentials are given for the new place."""
    place = object_server.place()
    settings.OBJECT_STORE_NEW = {name: value for name, value in asdict(place).items() if name != "url"}
    return place


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if ten minutes had passed since the beginning of the move."""
    monkeypatch.setattr(moving, "SETTLED", timedelta(0))


def assert_whole() -> None:
    """Everything the database knows can be read and is right."""
    known = list(known_objects())
    assert len(known) > 10
    for one in known:
        object_store().verify(one.key, one.sha256)


def files_in(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


def spoil(path: Path) -> None:
    path.chmod(0o640)
    path.write_bytes(b"!" + path.read_bytes()[1:])


# --- comparing ------------------------------------------------------------------------------------------


def test_database_and_store_of_a_healthy_town_agree(town: list[InboxItem], objects: Objects) -> None:
    code, out, err = objects("check")
    assert (code, out) == (0, "Everything that the database knows is in the object store, unharmed.\n")
    assert "×" not in err


def test_what_is_missing_damaged_or_unknown_is_named(town: list[InboxItem], objects: Objects, store: Path) -> None:
    missing, damaged = town[0].key, town[1].key
    (store / missing).unlink()
    spoil(store / damaged)
    stray = object_store().put("models/of-nobody.bin", io.BytesIO(b"x")).key
    code, out, err = objects("check")
    assert code == 1
    assert f"{missing}: is missing in the object store" in err
    assert f"{damaged}: is damaged: its checksum differs" in err
    assert f"{stray}: is unknown to the database; it does no harm" in err
    assert "Everything" not in out


def keep_a_model() -> None:
    stored = object_store().put("models/kinds.npz", io.BytesIO(b"a model"))
    model = ClassifierModel(
        version="1", key=stored.key, sha256=stored.sha256, trained_at=factories.MORNING, examples=1, corrections=0
    )
    with change(system_setup(), Event.CLASSIFIER_TRAINED, chain="town") as opened_door:
        opened_door.save(model)


def test_a_thumbnail_or_a_model_is_compared_as_well(town: list[InboxItem], objects: Objects, store: Path) -> None:
    keep_a_model()
    for row in (StoredObject.objects.exclude(role="original").first(), ClassifierModel.objects.first()):
        assert row is not None
        (store / row.key).rename(store / f"{row.key}.away")
        code, _, err = objects("check")
        assert (code, f"{row.key}: is missing" in err) == (1, True)
        (store / f"{row.key}.away").rename(store / row.key)


def test_what_a_worker_may_hold_or_what_just_comes_in_is_no_stray(town: list[InboxItem]) -> None:
    waiting, done = town[-1], InboxItem.objects.get(pk=town[0].pk)
    assert done.finished_at is not None
    store, now = object_store(), done.finished_at + timedelta(minutes=1)
    being_made, just_ended = put_beside(waiting), put_beside(done)
    coming_in = store.put(fresh_key(item_prefix(factories.unknown_id(), now), "original.pdf"), io.BytesIO(b"x")).key
    assert list(strays(store, now)) == []
    later = now + GRACE + timedelta(days=2)
    assert {finding.key for finding in strays(store, later)} == {just_ended, coming_in}
    assert being_made in set(store.keys())


def put_beside(item: InboxItem) -> str:
    return object_store().put(fresh_key(item_prefix(item.pk, item.received_at), "page.png"), io.BytesIO(b"x")).key


def test_every_table_that_holds_keys_is_compared() -> None:
    """Another one has to be added to `ingest.objects.known`."""
    holders = {
        model.__name__
        for model in apps.get_models()
        if {"key", "sha256"} <= {field.name for field in model._meta.get_fields()}
    }
    assert holders == {"InboxItem", "StoredObject", "ClassifierModel"}


def test_with_the_store_away_nothing_is_said_to_be_missing(
    town: list[InboxItem], objects: Objects, store: Path
) -> None:
    store.rename(store.with_name("unplugged"))
    code, out, err = objects("check")
    assert code == 1
    assert "there is no store" in out
    assert "missing" not in err
    store.with_name("unplugged").rename(store)


def test_a_store_that_does_not_hold_the_newest_document_is_pointed_out(
    town: list[InboxItem], objects: Objects, bucket: Place, settings: LazySettings
) -> None:
    factories.store_at(bucket, settings)
    code, out, err = objects("prepare")
    assert (code, f"ready: {bucket.url}" in out, "Does OBJECT_STORE_URL name the right one?" in err) == (0, True, True)


# --- moving ---------------------------------------------------------------------------------------------


def test_a_town_moves_to_a_bucket_and_back_without_losing_a_byte(
    town: list[InboxItem], objects: Objects, bucket: Place, store: Path, tools: Tools, settled: None
) -> None:
    before = {one.key for one in known_objects()}
    code, out, _ = objects("move", "--to", bucket.url)
    assert (code, "every byte was read back" in out) == (0, True)
    assert before <= set(bucket.open().keys())
    assert_whole()
    assert worked(town[-1], tools).state == ItemState.DONE, "a worker that was there before the move goes on"
    assert set(bucket.open().keys()) > before
    code, out, _ = objects("empty-old", "--yes")
    assert (code, files_in(store)) == (0, [])
    assert_whole()
    assert objects("check")[0] == 0

    code, _, _ = objects("move", "--to", store.as_uri())
    assert code == 0
    assert objects("empty-old", "--yes")[0] == 0
    assert list(bucket.open().keys()) == []
    assert_whole()
    assert objects("move", "--to", store.as_uri())[1] == "Everything is there already.\n"


def test_while_it_moves_new_mail_goes_to_the_new_place_and_old_mail_is_read_from_the_old(
    town: list[InboxItem], bucket: Place, store: Path, plan_of_this_test: Path, clock: SetClock
) -> None:
    running = object_store()  # of a process that was started long ago
    running.size(town[0].key)
    Move(PlanFile(plan_of_this_test), running.plan(), clock).begin(bucket)
    new = factories.item(b"kam w\xc3\xa4hrend des Umzugs", "neu.txt")
    assert running.size(new.key) == 23
    assert running.size(town[0].key) == (store / town[0].key).stat().st_size
    assert list(bucket.open().keys()) == [new.key]
    assert not (store / new.key).exists()
    assert_whole()


@pytest.mark.django_db(transaction=True)
def test_a_move_that_was_killed_goes_on_where_it_stopped(
    town: list[InboxItem], objects: Objects, bucket: Place, store: Path
) -> None:
    for number in range(150):
        object_store().put(f"models/{number}.bin", io.BytesIO(os.urandom(300_000)))
    child = forked(lambda: call_command("objects", "move", "--to", bucket.url))
    wait_for(lambda: len(keys_of(bucket)) >= 20)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    first = {key: version_of(bucket, key) for key in keys_of(bucket)}
    assert len(first) < len(files_in(store)), "it was killed in the middle"
    assert_whole()
    assert objects("move", "--to", bucket.url)[0] == 0
    assert {key: version_of(bucket, key) for key in first} == first, "nothing is carried twice"
    assert len(keys_of(bucket)) == len(files_in(store))
    assert_whole()


def forked(work: Callable[[], object]) -> int:
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def keys_of(place: Place) -> set[str]:
    try:
        return set(place.open().keys())
    except StoreUnavailable:
        return set()  # the bucket is not made yet


def version_of(place: Place, key: str) -> list[str | None]:
    store = place.open()
    assert isinstance(store, S3Store)
    return [version.version_id for version in store._versions(key)]


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_a_server_that_dies_in_the_middle_of_a_move_costs_nothing(
    town: list[InboxItem], objects: Objects, own_object_server: OwnObjectServer, settings: LazySettings, store: Path
) -> None:
    place = own_object_server.place()
    settings.OBJECT_STORE_NEW = {"access_key": place.access_key, "secret_key": place.secret_key}
    opened(place)
    for number in range(100):
        object_store().put(f"models/{number}.bin", io.BytesIO(os.urandom(300_000)))
    with killed_after(own_object_server, lambda: len(keys_of(place)) >= 10):
        code, out, _ = objects("move", "--to", place.url)
    assert code == 1
    assert "Connection refused" in out or "Connection" in out
    own_object_server.start()
    assert_whole()
    assert objects("move", "--to", place.url)[0] == 0
    assert len(keys_of(place)) == len(files_in(store))


@contextmanager
def killed_after(server: OwnObjectServer, condition: Callable[[], bool]) -> Iterator[None]:
    def watch() -> None:
        wait_for(condition)
        server.kill()

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield
    watcher.join()


def unseen(done: int) -> None:
    """Nobody looks at the progress."""


def test_what_is_destroyed_while_it_is_carried_stays_destroyed(bucket: Place, store: Path) -> None:
    new, old = opened(bucket), FolderStore(store)
    key = old.put("a/b", io.BytesIO(b"to be destroyed")).key

    class Destroyed(FolderStore):
        """Somebody destroys the object after it was read and before it is in the new store."""

        @contextmanager
        def read(self, key: str, *, start: int = 0, length: int | None = None) -> Iterator[BinaryIO]:
            with super().read(key, start=start, length=length) as stream:
                TwoStores(new, old).delete(key)
                yield stream

    assert list(carry_over(Destroyed(store), new, damaged_too=False, progress=unseen)) == []
    for place in (new, old):
        with pytest.raises(ObjectMissing):
            place.size(key)


def test_damage_at_the_old_place_is_named_and_the_move_does_not_end(
    town: list[InboxItem], objects: Objects, bucket: Place, store: Path
) -> None:
    spoil(store / town[0].key)
    (store / town[1].key).unlink()
    code, out, err = objects("move", "--to", bucket.url)
    assert (code, "every byte" in out) == (1, False)
    assert f"{town[0].key}: is damaged" in err
    assert f"{town[1].key}: is missing" in err
    assert "from the backup" in err
    assert objects("empty-old", "--yes")[0] == 1
    assert (store / town[0].key).exists()
    code, _, err = objects("move", "--to", bucket.url, "--despite-damage")
    assert code == 0
    assert f"{town[0].key}: is damaged" in err
    object_store().size(town[0].key)
    assert objects("check")[0] == 1, "what was damaged is recognisable as damaged, and not gone"


def test_damage_that_was_mended_from_the_backup_lets_the_move_end(
    town: list[InboxItem], objects: Objects, bucket: Place, store: Path
) -> None:
    right = (store / town[0].key).read_bytes()
    spoil(store / town[0].key)
    assert objects("move", "--to", bucket.url)[0] == 1
    (store / town[0].key).write_bytes(right)
    assert objects("move", "--to", bucket.url)[0] == 0
    assert_whole()


def test_a_copy_that_rotted_meanwhile_is_made_again(
    town: list[InboxItem], objects: Objects, bucket: Place, store: Path
) -> None:
    new = opened(bucket)
    new.put(town[0].key, io.BytesIO(b"other bytes"))
    assert objects("move", "--to", bucket.url)[0] == 0
    new.verify(town[0].key, town[0].sha256)


def test_the_old_place_is_emptied_only_after_the_proof_and_after_a_while(
    town: list[InboxItem], objects: Objects, bucket: Place, store: Path, clock: SetClock, plan_of_this_test: Path
) -> None:
    assert "no move is under way" in objects("empty-old", "--yes")[1]
    Move(PlanFile(plan_of_this_test), object_store().plan(), clock).begin(bucket)
    assert "not proven yet" in objects("empty-old", "--yes")[1]
    assert objects("move", "--to", bucket.url)[0] == 0
    assert "try in 10 minutes" in objects("empty-old", "--yes")[1]
    assert len(files_in(store)) > 10


def test_emptying_asks_first(
    town: list[InboxItem],
    objects: Objects,
    bucket: Place,
    store: Path,
    settled: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert objects("move", "--to", bucket.url)[0] == 0
    before = files_in(store)
    for answer in ("", "yes", "no"):
        monkeypatch.setattr("builtins.input", lambda question, answer=answer: answer)
        assert objects("empty-old")[0] == 1
    assert files_in(store) == before
    monkeypatch.setattr("builtins.input", lambda question: "delete")
    assert objects("empty-old")[0] == 0
    assert files_in(store) == []


def test_what_arrived_at_the_old_place_after_the_proof_is_not_emptied(
    town: list[InboxItem], objects: Objects, bucket: Place, store: Path, settled: None
) -> None:
    assert objects("move", "--to", bucket.url)[0] == 0
    late = FolderStore(store).put("models/late.bin", io.BytesIO(b"an upload that took long")).key
    code, _, err = objects("empty-old", "--yes")
    assert (code, f"{late}: is missing" in err) == (1, True)
    assert [path.name for path in files_in(store)] == ["late.bin"]
    object_store().size(late)
    assert objects("move", "--to", bucket.url)[0] == 0
    assert objects("empty-old", "--yes")[0] == 0
    object_store().size(late)


def test_what_the_old_bucket_protects_stays_there_and_is_counted(
    town: list[InboxItem], objects: Objects, bucket: Place, store: Path, settled: None
) -> None:
    assert objects("move", "--to", bucket.url)[0] == 0
    assert objects("empty-old", "--yes")[0] == 0
    old = opened(bucket)
    old._client.enable_object_legal_hold(old.bucket, town[0].key)
    assert objects("move", "--to", store.as_uri())[0] == 0
    code, _, err = objects("empty-old", "--yes")
    assert (code, "The old store itself protects 1 objects" in err) == (0, True)
    assert list(old.keys()) == [town[0].key]
    assert_whole()
    old._client.disable_object_legal_hold(old.bucket, town[0].key)


def test_a_move_can_be_turned_round_but_not_led_elsewhere(
    town: list[InboxItem], objects: Objects, bucket: Place, store: Path, tmp_path: Path, settled: None
) -> None:
    assert objects("move", "--to", bucket.url)[0] == 0
    new = factories.item(b"neu", "neu.txt")
    code, out, _ = objects("move", "--to", (tmp_path / "third").as_uri())
    assert (code, "has not ended" in out) == (1, True)
    assert objects("move", "--to", store.as_uri())[0] == 0
    assert (store / new.key).exists()
    assert objects("empty-old", "--yes")[0] == 0
    assert keys_of(bucket) == set()
    assert_whole()


def test_a_target_that_is_not_fit_changes_nothing(
    town: list[InboxItem], objects: Objects, bucket: Place, plan_of_this_test: Path, settings: LazySettings
) -> None:
    for url in ("s3://town", "s3+http://127.0.0.1:9/bucket-of-nobody"):
        code, _, _ = objects("move", "--to", url)
        assert code == 1
    settings.OBJECT_STORE_NEW = {}
    code, out, _ = objects("move", "--to", bucket.url)
    assert (code, "access key and secret key are missing" in out) == (1, True)
    assert not plan_of_this_test.exists()
    assert_whole()


def test_the_plan_keeps_the_credentials_of_the_new_place(
    town: list[InboxItem], objects: Objects, bucket: Place, plan_of_this_test: Path
) -> None:
    assert objects("move", "--to", bucket.url)[0] == 0
    kept = json.loads(plan_of_this_test.read_text())
    assert kept["write_to"]["secret_key"] == bucket.secret_key
    assert PlanFile(plan_of_this_test).read() == Plan(
        bucket, object_store().plan().also_read, object_store().plan().since, object_store().plan().proven
    )
