"""The private Redis of one state folder: a queue of wake-ups that may be lost at any moment, so nothing is saved."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from scripts.run.failure import SetUpError

PROGRAM = "/usr/bin/redis-server"


@dataclass(frozen=True)
class Broker:
    folder: Path
    socket: Path

    @property
    def url(self) -> str:
        return f"redis+socket://{quote(str(self.socket))}?virtual_host=0"

    def command(self) -> list[str]:
        return [
            *("/usr/bin/env", "-i", "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"),
            *("/usr/bin/setpriv", "--pdeathsig", "TERM"),
            *(PROGRAM, "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"),
            *("--dir", str(self.folder), "--save", "", "--appendonly", "no", "--daemonize", "no"),
        ]

    def create(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not Path(PROGRAM).exists():
            raise SetUpError("Redis is not installed (Debian package redis-server).")

    def wait(self, alive: Callable[[], bool] = lambda: True, seconds: float = 30) -> None:
        """Return when the server answers; SetUpError when it has not within the time or `alive` says it ended."""
        deadline = time.monotonic() + seconds
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2, retry=Retry(NoBackoff(), 0))
        while True:
            try:
                client.ping()
                client.close()
                return
            except (redis.ConnectionError, redis.TimeoutError) as error:
                if time.monotonic() > deadline or not alive():
                    raise SetUpError(f"The private Redis does not answer: {error}") from None
                time.sleep(0.05)
