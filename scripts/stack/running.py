"""How a server of the stack is kept running after the command that started it has ended, and how it is stopped."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.run.extra_server import ExtraServer
from scripts.run.leftovers import PROCESSES, is_running, read, stop_all
from scripts.run.programs import die_with_manager

STOP_SECONDS = 60
MARK = "REGISTRATUR_STACK_SERVER"
"""In the environment of every server: its folder. A pid alone may belong to something else by now."""


def spawn(server: ExtraServer, *, ends_with_us: bool = False) -> subprocess.Popen[bytes]:
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


def start(server: ExtraServer) -> None:
    """Repeatable: one that runs already is left alone. Raises SetUpError with the end of its log."""
    server.folder.mkdir(parents=True, exist_ok=True)
    with _only_one(server):
        if pid_of(server):
            return
        server.create()
        process = spawn(server)
        (server.folder / "pid").write_text(str(process.pid), encoding="ascii")
        try:
            server.wait(lambda: process.poll() is None)
        except BaseException:
            stop_all({process.pid}, signal.SIGTERM, STOP_SECONDS)
            raise
        process.returncode = 0  # it goes on after us; without this Python warns of a child left behind


def stop(server: ExtraServer) -> bool:
    """Asks it to end and waits. False when none was running."""
    if not server.folder.exists():
        return False
    with _only_one(server):
        pid = pid_of(server)
        stop_all({pid} if pid else set(), signal.SIGTERM, STOP_SECONDS)
        (server.folder / "pid").unlink(missing_ok=True)
    return pid is not None


def wipe(server: ExtraServer) -> None:
    """Stops it and deletes its data; the installed program stays."""
    stop(server)
    shutil.rmtree(server.folder, ignore_errors=True)


def pid_of(server: ExtraServer) -> int | None:
    """The process of this folder, if it still runs."""
    try:
        pid = int((server.folder / "pid").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
    ours = os.fsencode(f"{MARK}={server.folder}") in read(PROCESSES / str(pid) / "environ").split(b"\0")
    return pid if ours and is_running(pid) else None


@contextmanager
def _only_one(server: ExtraServer) -> Iterator[None]:
    """Two commands at once take turns."""
    with os.fdopen(os.open(server.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
