"""A real clamd of this test run's own: Debian's program, a database that knows EICAR alone, loopback only."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAM = "/usr/sbin/clamd"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS" + b"-TEST-FILE!$H+H*"
"""In two pieces, so that no scanner takes this source for the real thing."""
SIGNATURE = "Registratur.Test.EICAR"
PATIENCE_SECONDS = 60
LARGEST_STREAM_MB = 30


@dataclass(frozen=True)
class RunningClamd:
    socket: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def unix_url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def tcp_url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"


@contextmanager
def running_clamd() -> Iterator[RunningClamd]:
    """Skips, and says why, where Debian's clamav-daemon is not installed."""
    if not Path(PROGRAM).exists():
        pytest.skip("Debian's clamav-daemon is not installed")
    folder = Path(tempfile.mkdtemp(prefix="registratur-clamd-"))  # short: names of sockets are
    try:
        port = _free_port()
        config = _configured(folder, port)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([PROGRAM, "-F", "-c", config], stdout=log, stderr=log, cwd=folder)
        try:
            _wait(folder, process)
            yield RunningClamd(folder / "socket", port, process)
        finally:
            process.kill()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _configured(folder: Path, port: int) -> Path:
    database, temporary = folder / "database", folder / "tmp"
    database.mkdir()
    temporary.mkdir()
    (database / "registratur.ndb").write_text(f"{SIGNATURE}:0:*:{EICAR.hex()}\n", encoding="ascii")
    lines = [
        f"DatabaseDirectory {database}", f"TemporaryDirectory {temporary}", f"LocalSocket {folder / 'socket'}",
        f"TCPSocket {port}", "TCPAddr 127.0.0.1", "AlertExceedsMax yes", "MaxFileSize 25M", "MaxScanSize 100M",
        f"StreamMaxLength {LARGEST_STREAM_MB}M", "SelfCheck 86400",
    ]  # fmt: skip
    config = folder / "clamd.conf"
    config.write_text("\n".join([*lines, ""]), encoding="ascii")
    return config


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(folder: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(folder / "socket"))
                probe.sendall(b"zPING\0")
                if probe.recv(16) == b"PONG\0":
                    return
            except OSError:
                time.sleep(0.05)
    raise RuntimeError(f"clamd does not start: {(folder / 'log').read_text(errors='replace')}")
