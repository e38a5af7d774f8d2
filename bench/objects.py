"""Objects through the port against the barest way to keep the same bytes as safely."""

from __future__ import annotations

import io
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from minio import Minio as BareClient

from bench.rounds import Measurement, take_turns
from dms.adapters.folder_store import FolderStore
from dms.adapters.store_places import Place
from dms.ports import ObjectStore
from scripts.stack.minio import Minio
from scripts.stack.running import start, stop

SIZES = {"200 kB": (200_000, 60), "50 MB": (50_000_000, 4)}
"""Bytes, and how many objects a round puts and gets."""
CHUNK = 1024 * 1024
Put = Callable[[str, bytes], object]
Get = Callable[[str], object]


def in_a_folder(place: Path, *, rounds: int) -> list[Measurement]:
    store = FolderStore(place / "objects")
    bare = place / "bare"
    bare.mkdir()

    def put_bare(name: str, content: bytes) -> None:
        file = os.open(bare / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with open(file, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(file)

    against = "a file written and fsynced; a file read"
    return _compare("folder", store, put_bare, lambda name: (bare / name).read_bytes(), against, rounds)


def in_a_bucket(place: Path, *, rounds: int) -> list[Measurement]:
    server = Minio(place / "minio")
    start(server)
    try:
        settings = server.settings()
        found = Place(
            settings["OBJECT_STORE_URL"], settings["OBJECT_STORE_ACCESS_KEY"], settings["OBJECT_STORE_SECRET_KEY"]
        )
        store = found.open()
        store.prepare()
        client = BareClient(server.address, found.access_key, found.secret_key, secure=False)
        bucket = "bare"
        client.make_bucket(bucket)

        def put_bare(name: str, content: bytes) -> None:
            client.put_object(bucket, name, io.BytesIO(content), len(content))

        def get_bare(name: str) -> bytes:
            answer = client.get_object(bucket, name)
            try:
                return answer.read()
            finally:
                answer.release_conn()

        return _compare("S3", store, put_bare, get_bare, "put_object and get_object of the SDK alone", rounds)
    finally:
        stop(server)


def _compare(
    where: str, store: ObjectStore, put_bare: Put, get_bare: Get, against: str, rounds: int
) -> list[Measurement]:
    def put(name: str, content: bytes) -> None:
        store.put(name, io.BytesIO(content))

    def get(name: str) -> None:
        with store.read(name) as stream:
            while stream.read(CHUNK):
                pass

    return [
        one
        for label, (size, count) in SIZES.items()
        for one in (
            _turns(f"{where}: put {label}", size, count, put, put_bare, against, rounds),
            _turns(
                f"{where}: get {label}",
                size,
                count,
                lambda name, _: get(name),
                lambda name, _: get_bare(name),
                against,
                rounds,
            ),
        )
    ]


def _turns(name: str, size: int, count: int, ours: Put, theirs: Put, against: str, rounds: int) -> Measurement:
    contents = [secrets.token_bytes(size) for _ in range(count)]

    def rate(number: int, work: Put) -> float:
        begun = time.monotonic()
        for at, content in enumerate(contents):
            work(f"{size}-{number}-{at}", content)
        return size * count / 1e6 / (time.monotonic() - begun)

    product, reference = take_turns(rounds, lambda number: rate(number, ours), lambda number: rate(number, theirs))
    return Measurement(name, "MB/s", product, reference, against)
