"""`make stack`: the product on Elasticsearch and MinIO. By URL what is given; in containers where an engine answers;
else with servers of its own, under the same process manager as everything else.

Its state is `.stack` in the checkout unless REGISTRATUR_STATE says otherwise, so that it stands beside `make run`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from scripts.run.__main__ import stop, up
from scripts.run.environment import CHECKOUT
from scripts.run.extra_server import ExtraServer
from scripts.run.failure import SetUpError
from scripts.run.state import State
from scripts.stack.elasticsearch import Elasticsearch
from scripts.stack.minio import Minio
from scripts.stack.place import cache_folder

GIVEN_BY = {"elasticsearch": "ELASTICSEARCH_URL", "minio": "OBJECT_STORE_URL"}
ENGINE_SECONDS = 10


def main(arguments: list[str]) -> int:
    """`stop`; `up`: never in containers; nothing: as the machine allows."""
    os.environ.setdefault("REGISTRATUR_STATE", str(CHECKOUT / ".stack"))
    state = State(Path(os.environ["REGISTRATUR_STATE"]).absolute())
    try:
        if arguments == ["stop"]:
            return stop(state)
        if not arguments and not any(map(is_given, GIVEN_BY)) and engine_answers():
            print("A Docker engine answers: starting the containers of docker-compose.yml.", file=sys.stderr)
            os.execv(CHECKOUT / "scripts/compose/up", ["scripts/compose/up"])  # noqa: S606 - ours
        return up(state, own_servers(state))
    except SetUpError as error:
        print(error, file=sys.stderr)
        return 1


def own_place(state: State) -> Path:
    """In the cache: Elasticsearch refuses root and may not walk to our state."""
    return cache_folder() / "stack" / state.digest


def own_servers(state: State) -> dict[str, ExtraServer]:
    """Those that no URL names."""
    place = own_place(state)
    servers: dict[str, ExtraServer] = {}
    if not is_given("minio"):
        servers["minio"] = Minio(place / "minio")
    if not is_given("elasticsearch"):
        servers["elasticsearch"] = search = Elasticsearch(place / "elasticsearch")
        search.folder.mkdir(parents=True, exist_ok=True)
        search.choose_port()
    return servers


def is_given(server: str) -> bool:
    name = GIVEN_BY[server]
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def engine_answers() -> bool:
    try:
        done = subprocess.run(["docker", "version"], capture_output=True, timeout=ENGINE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
