"""The lines between the product and its servers, through a proxy (toxiproxy) that makes them slow or lets them hang."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from scripts.run.port import free_port
from scripts.run.programs import die_with_manager
from scripts.stack import go
from scripts.stack.place import cache_folder

VERSION = "v2.5.0"
MODULE = f"github.com/Shopify/toxiproxy/v2/cmd/server@{VERSION}"
START_SECONDS = 30
ANSWER_SECONDS = 10


@dataclass(frozen=True)
class Lines:
    """One line for each of `upstream` (name of the server: host and port); open and quick until a test says else."""

    control: str
    ports: Mapping[str, int]

    @contextmanager
    def slow(self, server: str, milliseconds: int) -> Iterator[None]:
        """Every answer of this server comes so much later."""
        self._ask(
            "POST", f"proxies/{server}/toxics", _toxic("latency", latency=milliseconds, jitter=milliseconds // 10)
        )
        try:
            yield
        finally:
            self._ask("DELETE", f"proxies/{server}/toxics/latency")

    @contextmanager
    def hanging(self, server: str) -> Iterator[None]:
        """Half open: connections can be made and what is asked gets there, but no answer ever comes. At the end all
        these connections are closed, as by a firewall that has forgotten them; new ones work."""
        self._ask("POST", f"proxies/{server}/toxics", _toxic("timeout", timeout=0))
        try:
            yield
        finally:
            self._ask("POST", f"proxies/{server}", {"enabled": False})
            self._ask("DELETE", f"proxies/{server}/toxics/timeout")
            self._ask("POST", f"proxies/{server}", {"enabled": True})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        requests.request(method, f"{self.control}/{path}", json=body, timeout=ANSWER_SECONDS).raise_for_status()


@contextmanager
def lines_to(upstream: Mapping[str, str], folder: Path) -> Iterator[Lines]:
    """Raises SetUpError when the proxy cannot be built here."""
    program = cache_folder() / f"toxiproxy-{VERSION}"
    go.build(program, MODULE, built_as="server")
    port = free_port()
    with (folder / "toxiproxy.log").open("ab") as log:
        process = subprocess.Popen(
            [*die_with_manager(), program, "-host", "127.0.0.1", "-port", str(port)],
            env={"LOG_LEVEL": "error"}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        control = f"http://127.0.0.1:{port}"
        _wait(control, process)
        yield Lines(control, {name: _open(control, name, address) for name, address in upstream.items()})
    finally:
        process.kill()
        process.wait()


def _open(control: str, name: str, address: str) -> int:
    """The port on which the line begins."""
    line: dict[str, Any] = {"name": name, "listen": "127.0.0.1:0", "upstream": address, "enabled": True}
    made = requests.post(f"{control}/proxies", json=line, timeout=ANSWER_SECONDS)
    made.raise_for_status()
    return int(str(made.json()["listen"]).rpartition(":")[2])


def _toxic(kind: str, **attributes: int) -> dict[str, Any]:
    return {"name": kind, "type": kind, "stream": "downstream", "attributes": attributes}


def _wait(control: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            requests.get(f"{control}/version", timeout=ANSWER_SECONDS).raise_for_status()
            return
        except requests.RequestException:
            time.sleep(0.1)
    raise RuntimeError("toxiproxy does not start")
