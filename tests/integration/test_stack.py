"""The project's own way to a real Elasticsearch: started, found again, stopped without a trace."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from scripts.run.leftovers import PROCESSES, all_processes, read
from scripts.stack.elasticsearch import VERSION, Elasticsearch, why_not
from scripts.stack.running import MARK, pid_of, start, stop, wipe


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
