"""The project's own way to a real Elasticsearch and MinIO: started, found again, stopped without a trace."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests

from dms.adapters.store_places import Place
from dms.ports import StoreMisconfigured
from scripts.run.leftovers import PROCESSES, all_processes, read
from scripts.stack import minio
from scripts.stack.elasticsearch import VERSION, Elasticsearch, why_not
from scripts.stack.minio import Minio
from scripts.stack.running import MARK, pid_of, start, stop, wipe
from tests.object_server import GIVEN, opened


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where also the user that Elasticsearch runs as can walk to; pytest's own folders are closed."""
    with tempfile.TemporaryDirectory(prefix="registratur-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def processes_of(folder: Path) -> list[int]:
    mark = f"{MARK}={folder}".encode()
    return [pid for pid in all_processes() if mark in read(PROCESSES / str(pid) / "environ").split(b"\0")]


@pytest.mark.slow
@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_elasticsearch_keeps_address_and_data_over_a_restart(folder: Path) -> None:
    server = Elasticsearch(folder / "elasticsearch")
    try:
        start(server)
        url = server.settings()["ELASTICSEARCH_URL"]
        first = pid_of(server)
        start(server)
        assert pid_of(server) == first, "what runs is left alone"
        nodes = requests.get(f"{url}/_nodes", timeout=10)
        assert nodes.headers["X-Elastic-Product"] == "Elasticsearch"
        assert {node["version"] for node in nodes.json()["nodes"].values()} == {VERSION}
        assert requests.put(f"{url}/kept", timeout=10).status_code == 200
        assert stop(server)
        assert processes_of(server.folder) == []
        assert not stop(server)
        start(server)
        assert server.settings()["ELASTICSEARCH_URL"] == url
        assert requests.get(f"{url}/kept", timeout=10).status_code == 200
    finally:
        wipe(server)
    assert processes_of(server.folder) == []
    assert not server.folder.exists()


@pytest.mark.skipif(bool(minio.why_not()), reason=minio.why_not())
def test_minio_keeps_address_credentials_and_data_over_a_restart(folder: Path) -> None:
    server = Minio(folder / "minio")
    try:
        start(server)
        settings = server.settings()
        first = pid_of(server)
        start(server)
        assert pid_of(server) == first, "what runs is left alone"
        assert settings["OBJECT_STORE_SECRET_KEY"] not in (server.folder / "run.log").read_text()
        store = opened(place_of(settings))
        digest = store.put("kept", io.BytesIO(b"kept")).sha256
        assert stop(server)
        assert processes_of(server.folder) == []
        start(server)
        assert server.settings() == settings
        place_of(settings).open().verify("kept", digest)
    finally:
        wipe(server)
    assert processes_of(server.folder) == []
    assert not server.folder.exists()


@pytest.mark.skipif(bool(minio.why_not()), reason=minio.why_not())
def test_two_minios_share_nothing_and_listen_on_this_machine_alone(folder: Path) -> None:
    servers = [Minio(folder / name) for name in ("one", "other")]
    try:
        for server in servers:
            start(server)
        one, other = (server.settings() for server in servers)
        assert not set(one.values()) & set(other.values())
        with pytest.raises(StoreMisconfigured):
            place_of({**one, "OBJECT_STORE_URL": other["OBJECT_STORE_URL"]}).open().prepare()
        addresses = [listener for server in servers for listener in listeners_of(pid_of(server))]
        assert len(addresses) >= 2
        assert {address.partition(":")[0] for address in addresses} <= LOOPBACK
    finally:
        for server in servers:
            wipe(server)


LOOPBACK = {"0100007F", "00000000000000000000000001000000"}
"""127.0.0.1 and ::1, as the kernel writes them."""


def place_of(settings: Mapping[str, str]) -> Place:
    return Place(*(settings[name] for name in GIVEN))


def listeners_of(pid: int | None) -> list[str]:
    """Local addresses on which this process listens, by the kernel's own table."""
    inodes = {target.removeprefix("socket:[").rstrip("]") for target in _links(PROCESSES / str(pid) / "fd")}
    tables = [(PROCESSES / str(pid) / "net" / name).read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table]
    return [row[1] for row in rows if row[3] == "0A" and row[9] in inodes]


def _links(folder: Path) -> list[str]:
    return [str(entry.readlink()) for entry in folder.iterdir()]
