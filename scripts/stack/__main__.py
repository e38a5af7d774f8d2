"""`python -m scripts.stack start|stop|wipe [NAME …]`: the servers of the full stack, for development and tests.

`start` prints what the product must be told, one NAME=value a line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.run.extra_server import ExtraServer
from scripts.run.failure import SetUpError
from scripts.stack.elasticsearch import Elasticsearch
from scripts.stack.minio import Minio
from scripts.stack.place import cache_folder
from scripts.stack.running import start, stop, wipe

SERVERS: Mapping[str, Callable[[Path], ExtraServer]] = {"elasticsearch": Elasticsearch, "minio": Minio}


def main(arguments: list[str]) -> int:
    verbs = {"start": _start, "stop": _stop, "wipe": wipe}
    verb, *names = arguments or [""]
    if verb not in verbs or not set(names) <= set(SERVERS):
        print(f"usage: python -m scripts.stack {'|'.join(verbs)} [{' '.join(SERVERS)}]", file=sys.stderr)
        return 2
    try:
        for name in names or SERVERS:
            verbs[verb](SERVERS[name](cache_folder() / "stack" / name))
    except SetUpError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _start(server: ExtraServer) -> None:
    start(server)
    for name, value in server.settings().items():
        print(f"{name}={value}", flush=True)


def _stop(server: ExtraServer) -> None:
    if not stop(server):
        print(f"{server.folder.name} was not running.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
