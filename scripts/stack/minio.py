"""A real, single MinIO for development and tests: built once from the Go module proxy, on the loopback address.

It encrypts what it stores with a key of its own, so buckets behave as in a town: object lock, versions, SSE-S3.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from scripts.run.cluster import Identity
from scripts.run.failure import SetUpError
from scripts.run.port import free_port, is_free
from scripts.stack import go
from scripts.stack.place import cache_folder, end_of_log

VERSION = "v0.0.0-20260212201848-7aac2a2c5b7c"
"""The last commit of the community edition; its tags are no versions that Go understands."""
_SOURCE = f"github.com/minio/minio@{VERSION}"
_START_SECONDS = 60
BUCKET = "registratur"


@dataclass(frozen=True)
class Minio:
    """Keeps its port and its credentials over a restart, so that address and data stay usable."""

    folder: Path

    def create(self) -> None:
        build(cache_folder())
        (self.folder / "data").mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._file.exists():
            self._keep({"user": f"u{secrets.token_hex(8)}", "password": secrets.token_hex(24), "key": _new_key()})
        if not self._kept.get("port") or not is_free(int(self._kept["port"])):
            self._keep({**self._kept, "port": str(free_port())})

    def command(self) -> list[str]:
        return [str(program(cache_folder())), "server", "--quiet", "--address", self.address, str(self.folder / "data")]

    def environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.folder),
            "MINIO_ROOT_USER": self._kept["user"],
            "MINIO_ROOT_PASSWORD": self._kept["password"],
            "MINIO_KMS_SECRET_KEY": f"registratur:{self._kept['key']}",
            "MINIO_BROWSER": "off",
            "MINIO_UPDATE": "off",
        }

    def identity(self) -> Identity:
        return {}

    def wait(self, alive: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(self.address):
            if not alive() or time.monotonic() > deadline:
                raise SetUpError(f"MinIO in {self.folder} does not answer.\n{end_of_log(self.folder)}")
            time.sleep(0.05)

    def settings(self) -> dict[str, str]:
        return {
            "OBJECT_STORE_URL": f"s3+http://{self.address}/{BUCKET}",
            "OBJECT_STORE_ACCESS_KEY": self._kept["user"],
            "OBJECT_STORE_SECRET_KEY": self._kept["password"],
        }

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._kept['port']}"

    @property
    def _file(self) -> Path:
        return self.folder / "kept.json"

    @property
    def _kept(self) -> dict[str, str]:
        kept: dict[str, str] = json.loads(self._file.read_text(encoding="ascii"))
        return kept

    def _keep(self, values: dict[str, str]) -> None:
        draft = self._file.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
            json.dump(values, out)
        draft.replace(self._file)


def why_not() -> str:
    """What keeps MinIO from being started here at once; empty when nothing does."""
    if program(cache_folder()).exists():
        return ""
    if not shutil.which("go"):
        return "MinIO is not built, and Go is not installed"
    return "MinIO is not built yet; `python -m scripts.stack start minio` builds it (some minutes, once)"


def program(cache: Path) -> Path:
    return cache / f"minio-{VERSION.rpartition('-')[2]}"


def build(cache: Path) -> None:
    """Takes some minutes, once. Raises SetUpError."""
    go.build(program(cache), _SOURCE, "minio")


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def _answers(address: str) -> bool:
    """Whether it takes objects: "live" says so a moment too early, while objects are still answered by 503."""
    connection = http.client.HTTPConnection(address, timeout=5)
    try:
        connection.request("GET", "/minio/health/cluster")
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
