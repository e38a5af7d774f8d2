"""What every object store must do, whichever adapter it is. Another adapter joins `ADAPTERS`; the tests stay."""

from __future__ import annotations

import hashlib
import io
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from dms.adapters.folder_store import FolderStore
from dms.adapters.s3_store import S3Store
from dms.adapters.two_stores import TwoStores
from dms.ports import (
    ObjectDamaged,
    ObjectExists,
    ObjectLocked,
    ObjectMissing,
    ObjectStore,
    ObjectStoreError,
    StoredBytes,
)

MakeStore = Callable[[], ObjectStore]
AtPlace = Callable[[Path, pytest.FixtureRequest], MakeStore]
"""How an adapter is made for a test that has this folder: a new object on the same place each time, as another process
would make it."""


def in_a_folder(place: Path, request: pytest.FixtureRequest) -> MakeStore:
    return lambda: FolderStore(place / "objects")


def in_a_bucket(place: Path, request: pytest.FixtureRequest) -> MakeStore:
    bucket = request.getfixturevalue("object_server").place()
    bucket.open().prepare()
    return bucket.open  # type: ignore[no-any-return]


def on_the_move(place: Path, request: pytest.FixtureRequest) -> MakeStore:
    new, old = in_a_bucket(place, request), in_a_folder(place, request)
    return lambda: TwoStores(new(), old())


ADAPTERS: dict[str, AtPlace] = {"folder": in_a_folder, "s3": in_a_bucket, "folder to s3": on_the_move}

LETTER = b"Sehr geehrte Damen und Herren, " * 1000


@pytest.fixture(params=list(ADAPTERS))
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> MakeStore:
    """Makes a new object on the same place each time, as another process would."""
    return ADAPTERS[request.param](tmp_path, request)


@pytest.fixture
def store(make_store: MakeStore) -> ObjectStore:
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


def test_another_process_sees_it_too(store: ObjectStore, make_store: MakeStore) -> None:
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


@pytest.mark.parametrize(("start", "length"), [(10, None), (99, None), (10, 5), (99, 5), (3, 0), (0, 0)])
def test_a_stretch_with_nothing_in_it_is_empty(store: ObjectStore, start: int, length: int | None) -> None:
    put(store, "a", b"0123456789")
    put(store, "empty", b"")
    for key in ("a", "empty"):
        with store.read(key, start=start, length=length) as stream:
            assert stream.read() == b""


class Stream:
    """Can be read once, in small pieces, as what comes from a socket."""

    def __init__(self, data: bytes) -> None:
        self._rest = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._rest.read(min(size, 70_000) if size > 0 else size)


LARGE = random.Random(20261125).randbytes(19 * 1024 * 1024 + 7)
"""More than any adapter sends at once."""


@pytest.mark.parametrize("announced", [None, hashlib.sha256(LARGE).hexdigest()])
@pytest.mark.parametrize("source", [io.BytesIO, Stream])
def test_a_large_file_is_kept_bit_for_bit(
    store: ObjectStore, source: Callable[[bytes], BinaryIO], announced: str | None
) -> None:
    stored = store.put("large", source(LARGE), sha256=announced)
    assert stored == StoredBytes("large", hashlib.sha256(LARGE).hexdigest(), len(LARGE))
    store.verify("large", stored.sha256)
    assert read(store, "large", start=8_388_600, length=20) == LARGE[8_388_600:8_388_620]
    with pytest.raises(ObjectExists):
        store.put("large", source(LARGE))


def test_a_large_file_that_differs_from_the_announced_digest_is_not_stored(store: ObjectStore) -> None:
    with pytest.raises(ObjectDamaged):
        store.put("large", io.BytesIO(LARGE), sha256="0" * 64)
    assert list(store.keys()) == []
    assert store.forget_unfinished(0) == 0, "nothing is left behind"


def test_a_large_file_that_breaks_off_leaves_nothing_behind(store: ObjectStore) -> None:
    class Broken(Stream):
        sent = 0

        def read(self, size: int = -1) -> bytes:
            self.sent += 1
            if self.sent > 200:
                raise ConnectionResetError("the browser is gone")
            return super().read(size)

    with pytest.raises((ConnectionResetError, ObjectStoreError)):
        store.put("large", cast(BinaryIO, Broken(LARGE)), sha256="0" * 64)
    assert list(store.keys()) == []
    assert store.forget_unfinished(0) == 0


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


def protect_by_flag(place: Path, store: ObjectStore, key: str, protected: bool) -> None:
    done = subprocess.run(["chattr", "+i" if protected else "-i", place / "objects" / key], check=False)
    if done.returncode:
        pytest.skip("files cannot be marked as immutable here (chattr +i)")


def protect_by_hold(place: Path, store: ObjectStore, key: str, protected: bool) -> None:
    bucket = store.new if isinstance(store, TwoStores) else store
    assert isinstance(bucket, S3Store)
    client = bucket._client
    change = client.enable_object_legal_hold if protected else client.disable_object_legal_hold
    change(bucket.bucket, key)


PROTECT: dict[str, Callable[[Path, ObjectStore, str, bool], None]] = {
    "folder": protect_by_flag,
    "s3": protect_by_hold,
    "folder to s3": protect_by_hold,
}


def test_what_the_store_protects_is_not_deleted_and_that_is_said(
    store: ObjectStore, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    protect = PROTECT[request.node.callspec.params["make_store"]]
    stored = put(store, "a/b")
    protect(tmp_path, store, "a/b", True)
    try:
        with pytest.raises(ObjectLocked, match="a/b"):
            store.delete("a/b")
        store.verify("a/b", stored.sha256)
    finally:
        protect(tmp_path, store, "a/b", False)
    store.delete("a/b")
    assert list(store.keys()) == []


def test_getting_ready_repeats_safely_and_leaves_no_trace(store: ObjectStore, make_store: MakeStore) -> None:
    put(store, "a")
    store.prepare()
    make_store().prepare()
    assert list(store.keys()) == ["a"]
    assert store.forget_unfinished(0) == 0


def test_asking_whether_the_store_is_well_leaves_no_trace(store: ObjectStore) -> None:
    store.ping()
    store.ping()
    assert list(store.keys()) == []
    assert store.forget_unfinished(0) == 0


def test_keys_are_found_by_the_beginning_of_their_name(store: ObjectStore) -> None:
    for key in ("2026/11/x/one", "2026/11/x/two", "2026/11/xy", "2026/12/z"):
        put(store, key)
    assert sorted(store.keys("2026/11/x/")) == ["2026/11/x/one", "2026/11/x/two"]
    assert sorted(store.keys("2026/11/x")) == ["2026/11/x/one", "2026/11/x/two", "2026/11/xy"]
    assert len(list(store.keys())) == 4


def killed_while_writing(make_store: MakeStore, piece: bytes, pause: float) -> None:
    """A process that is killed while it puts the object "half"."""

    class Slow(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            time.sleep(pause)
            return piece

    child = os.fork()
    if child == 0:
        try:
            make_store().put("half", Slow(), sha256="0" * 64)  # type: ignore[arg-type]
        finally:
            os._exit(0)
    time.sleep(40 * pause)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_a_killed_writer_leaves_no_half_object(make_store: MakeStore) -> None:
    killed_while_writing(make_store, b"x" * 100_000, 0.01)
    store = make_store()
    assert list(store.keys()) == []
    with pytest.raises(ObjectMissing):
        store.size("half")
    put(store, "half")
    assert read(store, "half") == LETTER


def test_what_a_killed_writer_of_a_large_file_left_is_forgotten_when_it_is_old(make_store: MakeStore) -> None:
    killed_while_writing(make_store, b"x" * 1024 * 1024, 0.03)
    store = make_store()
    assert store.forget_unfinished(3600) == 0, "its writer might still be at it"
    assert store.forget_unfinished(0) == 1
    assert store.forget_unfinished(0) == 0
    assert list(store.keys()) == []
