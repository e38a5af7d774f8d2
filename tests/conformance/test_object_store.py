"""What every object store must do, whichever adapter it is. A second adapter joins `ADAPTERS`; the tests stay."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dms.adapters.folder_store import FolderStore
from dms.ports import ObjectDamaged, ObjectExists, ObjectMissing, ObjectStore, ObjectStoreError, StoredBytes

MakeStore = Callable[[Path], ObjectStore]
ADAPTERS: dict[str, MakeStore] = {"folder": lambda place: FolderStore(place / "objects")}

LETTER = b"Sehr geehrte Damen und Herren, " * 1000


@pytest.fixture(params=list(ADAPTERS))
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], ObjectStore]:
    """Makes a new object on the same place each time, as another process would."""
    return lambda: ADAPTERS[request.param](tmp_path)


@pytest.fixture
def store(make_store: Callable[[], ObjectStore]) -> ObjectStore:
    return make_store()


def put(store: ObjectStore, key: str, data: bytes = LETTER) -> StoredBytes:
    return store.put(key, io.BytesIO(data))


def read(store: ObjectStore, key: str, **where: int) -> bytes:
    with store.read(key, **where) as stream:
        return stream.read()


def test_what_was_put_is_read_back_bit_for_bit_with_its_digest_and_size(store: ObjectStore) -> None:
    stored = put(store, "2026/a/original.pdf")
    assert stored == StoredBytes("2026/a/original.pdf", hashlib.sha256(LETTER).hexdigest(), len(LETTER))
    assert read(store, stored.key) == LETTER
    assert store.size(stored.key) == len(LETTER)


def test_another_process_sees_it_too(store: ObjectStore, make_store: Callable[[], ObjectStore]) -> None:
    put(store, "a/b")
    assert read(make_store(), "a/b") == LETTER


def test_an_empty_file_is_an_object_as_well(store: ObjectStore) -> None:
    assert put(store, "empty", b"").size == 0
    assert read(store, "empty") == b""


def test_a_stretch_of_the_bytes_can_be_read(store: ObjectStore) -> None:
    put(store, "a", b"0123456789")
    assert read(store, "a", start=3, length=4) == b"3456"
    assert read(store, "a", start=8) == b"89"
    assert read(store, "a", start=8, length=100) == b"89"


def test_a_key_is_used_once_and_keeps_its_first_bytes(store: ObjectStore) -> None:
    put(store, "a", b"first")
    with pytest.raises(ObjectExists):
        put(store, "a", b"second")
    assert read(store, "a") == b"first"


def test_of_many_writers_of_one_key_exactly_one_wins(store: ObjectStore) -> None:
    def write(number: int) -> bool:
        try:
            put(store, "a/b/c", str(number).encode() * 5000)
        except ObjectExists:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(write, range(16)))
    assert won.count(True) == 1
    assert read(store, "a/b/c") == str(won.index(True)).encode() * 5000


def test_bytes_that_differ_from_the_announced_digest_are_not_stored(store: ObjectStore) -> None:
    with pytest.raises(ObjectDamaged):
        store.put("a", io.BytesIO(b"x"), sha256=hashlib.sha256(b"y").hexdigest())
    with pytest.raises(ObjectMissing):
        store.size("a")
    assert list(store.keys()) == []


def test_a_source_that_breaks_off_leaves_nothing_behind(store: ObjectStore) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionResetError("the browser is gone")
            return super().read(10)

    with pytest.raises((ConnectionResetError, ObjectStoreError)):
        store.put("a", Broken(LETTER))
    assert list(store.keys()) == []


@pytest.mark.parametrize("use", ["read", "size", "verify"])
def test_a_key_that_is_not_there_is_said_to_be_missing(store: ObjectStore, use: str) -> None:
    uses: dict[str, Callable[[], object]] = {
        "read": lambda: read(store, "nothing/here"),
        "size": lambda: store.size("nothing/here"),
        "verify": lambda: store.verify("nothing/here", "0" * 64),
    }
    with pytest.raises(ObjectMissing):
        uses[use]()


def test_a_key_that_is_a_folder_of_others_is_no_object(store: ObjectStore) -> None:
    put(store, "a/b")
    with pytest.raises(ObjectMissing):
        read(store, "a")


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "A", "a b", "a/.hidden", "ä", "a\0b"])
def test_a_key_that_could_lead_outside_is_refused(store: ObjectStore, key: str) -> None:
    with pytest.raises(ObjectStoreError):
        put(store, key)


def test_verify_is_content_with_whole_bytes_and_names_a_wrong_digest(store: ObjectStore) -> None:
    stored = put(store, "a")
    store.verify("a", stored.sha256)
    with pytest.raises(ObjectDamaged, match="a"):
        store.verify("a", "0" * 64)


def test_deleting_repeats_safely(store: ObjectStore) -> None:
    put(store, "a/b")
    store.delete("a/b")
    store.delete("a/b")
    assert list(store.keys()) == []


def test_keys_are_found_by_the_beginning_of_their_name(store: ObjectStore) -> None:
    for key in ("2026/11/x/one", "2026/11/x/two", "2026/11/xy", "2026/12/z"):
        put(store, key)
    assert sorted(store.keys("2026/11/x/")) == ["2026/11/x/one", "2026/11/x/two"]
    assert sorted(store.keys("2026/11/x")) == ["2026/11/x/one", "2026/11/x/two", "2026/11/xy"]
    assert len(list(store.keys())) == 4


def test_a_killed_writer_leaves_no_half_object(make_store: Callable[[], ObjectStore]) -> None:
    class Slow(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            time.sleep(0.02)
            return b"x" * 100_000

    child = os.fork()
    if child == 0:
        try:
            make_store().put("half", Slow())  # type: ignore[arg-type]
        finally:
            os._exit(0)
    time.sleep(0.3)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    store = make_store()
    assert list(store.keys()) == []
    with pytest.raises(ObjectMissing):
        store.size("half")
    put(store, "half")
    assert read(store, "half") == LETTER
