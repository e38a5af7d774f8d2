"""The compose file on a real engine: started by its one command, a letter goes the whole way, workers die and multiply,
everything is stopped and started again, and is still there.

Takes minutes and gigabytes, so it is asked for: `make test-compose`.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from scripts.stack.place import cache_folder
from tests.compose.engine import CHECKOUT, CLIENT, Engine, why_not
from tests.compose.images import build_images

pytestmark = pytest.mark.skipif("REGISTRATUR_TEST_COMPOSE" not in os.environ, reason="asked for by `make test-compose`")
PORT = 18443
PROGRAM = "/srv/registratur/manage.py"
LETTER = "Hiermit beantrage ich eine Baugenehmigung für den Wintergarten in der Zisterzienserstraße 7."


class Town:
    """The running product behind its proxy, asked as a program would."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        self._token, self._authority = "", folder.parent / "proxy-root.crt"

    def compose(self, *arguments: str) -> str:
        return self.engine.run("docker-compose", "--project-directory", self.folder, "-f",
                               self.folder / "docker-compose.yml", *arguments, more=self.settings())  # fmt: skip

    def settings(self) -> dict[str, str]:
        return {
            "COMPOSE": "docker-compose",
            "REGISTRATUR_TLS_PORT": str(PORT),
            "ELASTICSEARCH_HEAP": "-Xms512m -Xmx512m",
            "ELASTICSEARCH_FILES": str(min(65536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])),
        }

    def up(self, *arguments: str) -> str:
        told = self.engine.run(self.folder / "scripts/compose/up", *arguments, more=self.settings())
        root = self.compose("exec", "-T", "proxy", "cat", "/data/caddy/pki/authorities/local/root.crt")
        self._authority.write_text(root)
        return told

    def manage(self, *arguments: str) -> str:
        return self.compose("exec", "-T", "web", "python", "manage.py", *arguments)

    def ask(self, path: str) -> bytes:
        return self._request("get", path).content

    def json(self, path: str) -> Any:
        return self._request("get", path).json()

    def hand_in(self, name: str, text: str) -> str:
        answer = self._request("post", "/api/v1/inbox/", files={"file": (name, text.encode(), "text/plain")})
        return str(answer.json()["id"])

    def _request(self, method: str, path: str, **options: Any) -> requests.Response:
        self._token = self._token or self.manage("token", "admin").strip()
        answer = requests.request(
            method, f"https://localhost:{PORT}{path}", headers={"Authorization": f"Bearer {self._token}"},
            verify=str(self._authority), timeout=60, **options,
        )  # fmt: skip
        answer.raise_for_status()
        return answer

    def wait_for(self, item: str, seconds: float = 120) -> Any:
        deadline = time.monotonic() + seconds
        while (found := self.json(f"/api/v1/inbox/{item}/"))["state"] in {"waiting", "working"}:
            assert time.monotonic() < deadline, found
            time.sleep(0.5)
        return found

    def wait_until_found(self, word: str, count: int, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while self.json(f"/api/v1/search/?q={word}")["count"] != count:
            assert time.monotonic() < deadline
            time.sleep(0.5)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    if reason := why_not():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("town") / "registratur"
    _copy_checkout(folder)
    engine = Engine(cache_folder() / "engine")
    engine.start()
    try:
        build_images(engine, _programs())
        town = Town(engine, folder)
        town.compose("down", "--volumes")
        yield town
        town.compose("down", "--volumes")
    finally:
        engine.stop()


def test_a_town_is_started_used_scaled_and_started_again(town: Town) -> None:
    told = town.up()
    assert f"Registratur is ready at https://localhost:{PORT}" in told

    item = town.hand_in("antrag.txt", LETTER)
    done = town.wait_for(item)
    assert done["state"] == "done"
    document = done["documents"][0]["id"]
    town.wait_until_found("Zisterzienserstra%C3%9Fe", 1)
    assert town.ask(f"/api/v1/documents/{document}/original/").decode() == LETTER

    killed = _kill_one(town, "worker")
    second = town.hand_in("zweiter.txt", LETTER.replace("Wintergarten", "Carport"))
    _wait_until_started_again(town, killed)
    assert town.wait_for(second)["state"] == "done"
    town.up("--scale", "worker=2")
    assert len(town.compose("ps", "-q", "worker").split()) == 2

    town.compose("down")
    town.up()
    assert town.ask(f"/api/v1/documents/{document}/original/").decode() == LETTER
    town.wait_until_found("Zisterzienserstra%C3%9Fe", 2)
    assert "nothing broken" in town.manage("audit", "verify")


def test_nobody_in_the_containers_is_root_or_may_write_where_programs_lie(town: Town) -> None:
    town.up()
    for service in ("web", "worker", "beat", "watch"):
        assert town.compose("exec", "-T", service, "id", "-u").strip() == "10001"
        with pytest.raises(RuntimeError, match="Permission denied"):
            town.compose("exec", "-T", service, "touch", PROGRAM)
        with pytest.raises(RuntimeError, match="Read-only file system"):  # not even root may
            town.compose("exec", "-T", "--user", "root", service, "touch", PROGRAM)


def test_the_only_way_in_from_outside_is_the_proxy_on_loopback(town: Town) -> None:
    published = town.engine.run(CLIENT, "ps", "--format", "{{.Ports}}")
    assert [line for line in published.splitlines() if "->" in line] == [f"127.0.0.1:{PORT}->8443/tcp"]


def _kill_one(town: Town, service: str) -> str:
    """kill -9 as the kernel does it when memory is short; `docker kill` would count as the wish of a person."""
    container = town.compose("ps", "-q", service).split()[0]
    os.kill(int(_inspect(town, container, "{{.State.Pid}}")), signal.SIGKILL)
    return container


def _wait_until_started_again(town: Town, container: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while _inspect(town, container, "{{.State.Running}} {{.RestartCount}}") != "true 1":
        assert time.monotonic() < deadline, "it stays away"
        time.sleep(0.5)


def _inspect(town: Town, container: str, what: str) -> str:
    return town.engine.run(CLIENT, "inspect", "--format", what, container).strip()


def _copy_checkout(folder: Path) -> None:
    """What git knows and does not ignore, as it stands in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / name, target)


def _programs() -> dict[str, Path]:
    from scripts.stack import elasticsearch
    from scripts.stack.minio import build, program

    cache = cache_folder()
    elasticsearch.install(cache)
    build(cache)
    return {"elasticsearch": cache / f"elasticsearch-{elasticsearch.VERSION}", "minio": program(cache)}
