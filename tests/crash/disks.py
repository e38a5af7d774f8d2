"""The disk under the object store, in a town's worst moments: gone, full, not to be written to."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.crash.product import Product

DISK_MB = 256
FILLER = "filler"
BITE = 64 * 1024
BUSY_SECONDS = 60


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of its own where this machine lets us make one (that takes root); else nothing happens."""
    folder.mkdir(parents=True)
    mounted = os.getuid() == 0 and not _mount("-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=700", "tmpfs", folder)
    try:
        yield
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", folder], check=False)


def only_on_a_small_disk(product: Product) -> None:
    if not product.stored.is_mount():
        pytest.skip("this machine lets nobody but root mount a small disk")


@contextmanager
def full(folder: Path) -> Iterator[None]:
    filler = folder / FILLER
    with filler.open("wb", buffering=0) as stream:
        while True:
            try:
                stream.write(bytes(BITE))
            except OSError:
                break
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """As soon as nobody has a file open for writing there: MinIO writes down now and then what it counts."""
    deadline = time.monotonic() + BUSY_SECONDS
    while _mount("-o", "remount,ro", folder):
        assert time.monotonic() < deadline, "somebody writes there all the time"
        time.sleep(0.2)
    try:
        yield
    finally:
        assert not _mount("-o", "remount,rw", folder)


@contextmanager
def store_away(product: Product) -> Iterator[None]:
    """The server is stopped; or the folder is as a network drive that is gone: there, empty, and not the store."""
    if product.full_stack:
        product.control("stop", "servers:minio")
        try:
            yield
        finally:
            product.control("start", "servers:minio")
        return
    with _covered(product.stored) if product.stored.is_mount() else _aside(product.stored):
        yield


@contextmanager
def _covered(folder: Path) -> Iterator[None]:
    assert not _mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", folder)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def _aside(folder: Path) -> Iterator[None]:
    aside = folder.with_name(f"{folder.name}.aside")
    folder.rename(aside)
    folder.mkdir()
    try:
        yield
    finally:
        folder.rmdir()
        aside.rename(folder)


def _mount(*arguments: str | Path) -> int:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode
