"""A real MinIO for tests: started from the cached program, or one that OBJECT_STORE_URL names."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from dms.adapters.s3_store import S3Store
from dms.adapters.store_places import Place
from scripts.stack.minio import Minio
from scripts.stack.running import spawn

GIVEN = ("OBJECT_STORE_URL", "OBJECT_STORE_ACCESS_KEY", "OBJECT_STORE_SECRET_KEY")


class ObjectServer:
    """A server that answers at the address and with the credentials of `settings`."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings

    @classmethod
    def given(cls, environment: Mapping[str, str]) -> ObjectServer | None:
        """The one that the person who runs the tests names."""
        if not environment.get("OBJECT_STORE_URL", "").startswith("s3+"):
            return None
        return cls({name: environment.get(name, "") for name in GIVEN})

    def place(self, bucket: str | None = None, options: str = "") -> Place:
        """A bucket of this server; nothing is made. Without a name, one that nobody else uses."""
        parts = urlsplit(self._settings["OBJECT_STORE_URL"])
        url = f"{parts.scheme}://{parts.netloc}/{bucket or f'test-{secrets.token_hex(8)}'}{options}"
        return Place(url, self._settings["OBJECT_STORE_ACCESS_KEY"], self._settings["OBJECT_STORE_SECRET_KEY"])


def opened(place: Place) -> S3Store:
    """The store at this place, ready for use."""
    store = place.open()
    assert isinstance(store, S3Store)
    store.prepare()
    return store


class OwnObjectServer(ObjectServer):
    """One that a test may stop, kill, and whose files it may change."""

    def __init__(self, folder: Path, server: Callable[[Path], Minio] = Minio) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.server = server(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self.server.create()
        super().__init__(self.server.settings())

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "not started"
        return self._process

    @property
    def data(self) -> Path:
        """Each object lies in a folder of its name, as MinIO keeps it."""
        return self.server.folder / "data"

    def start(self) -> None:
        """Raises SetUpError."""
        self._process = spawn(self.server, ends_with_us=True)
        process = self._process
        self.server.wait(lambda: process.poll() is None)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def pause(self) -> None:
        """It takes connections and answers none, as a machine does that hangs."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def close(self) -> None:
        """Ends it and removes every trace. Repeatable."""
        if self._process is not None and self._process.poll() is None:
            self.kill()  # asked to end, it waits for idle connections; nothing of it is kept
        shutil.rmtree(self.server.folder, ignore_errors=True)
