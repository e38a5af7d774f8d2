"""How a server of the stack is kept running after the command that started it has ended, and how it is stopped."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from scripts.run.cluster import Identity
from scripts.run.leftovers import PROCESSES, is_running, read, stop_all
from scripts.run.programs import die_with_manager

STOP_SECONDS = 60
MARK = "REGISTRATUR_STACK_SERVER"
"""In the environment of every server: its folder. A pid alone may belong to something else by now."""


class StackServer(Protocol):
    """One server with everything it keeps in `folder`. It answers on the loopback address alone."""

    @property
    def folder(self) -> Path: ...

    def create(self) -> None:
        """Installs the program if need be, and makes folder and settings. Repeatable. Raises SetUpError."""

    def command(self) -> list[str]:
        """The server in the foreground."""

    def environment(self) -> dict[str, str]:
        """All that the server sees of the environment."""

    def identity(self) -> Identity:
        """As whom it runs, for subprocess."""

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Returns when it answers. Raises SetUpError when it does not or has ended."""

    def settings(self) -> dict[str, str]:
        """What the product must be told to use it, as environment variables; known once it runs."""


def spawn(server: StackServer, *, ends_with_us: bool = False) -> subprocess.Popen[bytes]:
    """Starts it in its folder, in a session of its own; its output goes to `run.log` there. With `ends_with_us` it is
    asked to end when the process that started it has ended, in whatever way."""
    with (server.folder / "run.log").open("ab") as log:
        return subprocess.Popen(
            [*(die_with_manager() if ends_with_us else ()), *server.command()],
            env={**server.environment(), MARK: str(server.folder)},
            cwd=server.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **server.identity(),
        )


def start(server: StackServer) -> None:
    """Repeatable: one that runs already is left alone. Raises SetUpError with the end of its log."""
    server.folder.mkdir(parents=True, exist_ok=True)
    with _only_one(server):
        if pid_of(server):
            return
        server.create()
        process = spawn(server)
        (server.folder / "pid").write_text(str(process.pid), encoding="ascii")
        try:
            server.wait(process)
        except BaseException:
            stop_all({process.pid}, signal.SIGTERM, STOP_SECONDS)
            raise
        process.returncode = 0  # it goes on after us; without this Python warns of a child left behind


def stop(server: StackServer) -> bool:
    """Asks it to end and waits. False when none was running."""
    if not server.folder.exists():
        return False
    with _only_one(server):
        pid = pid_of(server)
        stop_all({pid} if pid else set(), signal.SIGTERM, STOP_SECONDS)
        (server.folder / "pid").unlink(missing_ok=True)
    return pid is not None


def wipe(server: StackServer) -> None:
    """Stops it and deletes its data; the installed program stays."""
    stop(server)
    shutil.rmtree(server.folder, ignore_errors=True)


def pid_of(server: StackServer) -> int | None:
    """The process of this folder, if it still runs."""
    try:
        pid = int((server.folder / "pid").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
    ours = os.fsencode(f"{MARK}={server.folder}") in read(PROCESSES / str(pid) / "environ").split(b"\0")
    return pid if ours and is_running(pid) else None


@contextmanager
def _only_one(server: StackServer) -> Iterator[None]:
    """Two commands at once take turns."""
    with os.fdopen(os.open(server.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
