"""The product as `make run` starts it, in a state folder of its own that is thrown away afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.run.environment import CHECKOUT, read_env

READY = "Registratur is ready at "
PATIENCE_SECONDS = 300


@dataclass
class Product:
    """A running product. `pid`: the process that holds all others; `start_seconds`: from the call to the ready line."""

    folder: Path
    pid: int
    url: str
    start_seconds: float
    environment: Mapping[str, str] = field(repr=False)

    def manage(self, *arguments: str) -> str:
        """What `./manage.py …` prints. Raises CalledProcessError."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=CHECKOUT, env=self.environment, check=True, stdout=subprocess.PIPE)
        return done.stdout.decode().strip()


@contextmanager
def running_product(settings: Mapping[str, str] | None = None) -> Iterator[Product]:
    """Starts, yields, stops and removes it. This process's own Django then works on the same database and objects."""
    folder = Path(tempfile.mkdtemp(prefix="registratur-bench-"))
    environment = {**os.environ, "REGISTRATUR_STATE": str(folder), "REGISTRATUR_SAMPLES": "0", **(settings or {})}
    environment["REGISTRATUR_PORT"] = _free_port()
    process, log = _start(folder, environment)
    try:
        product = _wait(process, log, folder, environment)
        _join(product)
        yield product
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=90)
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path, environment: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], Path]:
    log = folder / "run.log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "scripts.run", "up"]
        return subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=out, stderr=out), log


def _wait(process: subprocess.Popen[bytes], log: Path, folder: Path, environment: Mapping[str, str]) -> Product:
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE_SECONDS and process.poll() is None:
        ready = [line for line in log.read_text().splitlines() if line.startswith(READY)]
        if ready:
            url = ready[0].removeprefix(READY)
            return Product(folder, process.pid, url, time.monotonic() - begun, environment)
        time.sleep(0.05)
    raise RuntimeError(f"The product did not start:\n{log.read_text()}")


def _join(product: Product) -> None:
    """Settings can be read once in a process, so one process measures one installation."""
    os.environ.update(read_env(product.folder / "env"))
    os.environ["REGISTRATUR_STATE"] = str(product.folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()


def _free_port() -> str:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
