"""What an earlier run left behind, after kill -9 or a power cut, and how it is stopped."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from scripts.run.manager import MARK
from scripts.run.state import State

PROCESSES = Path("/proc")


def stop_leftovers(state: State, cluster_data: Path | None, broker_folder: Path | None) -> None:
    """Stop every process of this state folder that outlived its run; others are never touched.

    The manager first, since it stops its programs in order and would start again what is stopped singly. PostgreSQL
    is asked, never killed: its data folder is safe from a second server by its own lock.
    """
    stop_all(manager_processes(state), signal.SIGTERM, 45)
    stop_all(managed_processes(state), signal.SIGTERM, 8)
    stop_all(working_in(broker_folder, "redis-server"), signal.SIGTERM, 8)
    stop_all(postmaster(cluster_data), signal.SIGINT, 30, last_resort=signal.SIGQUIT)
    for name in ("supervisor.sock", "supervisor.pid"):
        (state.sockets / name).unlink(missing_ok=True)


def manager_processes(state: State) -> set[int]:
    return {pid for pid in managed_processes(state) if "supervisor.supervisord" in command_line(pid)}


def managed_processes(state: State) -> set[int]:
    """Processes that the manager of this state folder started, by the mark in their environment."""
    mark = os.fsencode(f"{MARK}={state.folder}")
    return {pid for pid in all_processes() if mark in read(PROCESSES / str(pid) / "environ").split(b"\0")}


def working_in(folder: Path | None, program: str) -> set[int]:
    """Processes of this program whose working folder is ours: what they are, not what a pid file claims."""
    if folder is None:
        return set()
    return {pid for pid in all_processes() if working_folder(pid) == str(folder) and name_of(pid) == program}


def postmaster(data: Path | None) -> set[int]:
    """PostgreSQL's main process of this data folder, from its own pid file, if that still tells the truth."""
    if data is None:
        return set()
    try:
        pid = int((data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return set()
    return {pid} if working_folder(pid) == str(data) and name_of(pid) == "postgres" else set()


def stop_all(
    pids: set[int], request: signal.Signals, seconds: float, last_resort: signal.Signals = signal.SIGKILL
) -> None:
    """Ask, wait, and after `seconds` insist."""
    deadline = time.monotonic() + seconds
    for pid in pids:
        send(pid, request)
    while pids := {pid for pid in pids if is_running(pid)}:
        if time.monotonic() > deadline:
            for pid in pids:
                send(pid, last_resort)
            deadline = time.monotonic() + seconds
        time.sleep(0.05)


def send(pid: int, request: signal.Signals) -> None:
    try:
        os.kill(pid, request)
    except ProcessLookupError:
        return


def all_processes() -> Iterator[int]:
    own = os.getpid()
    return (int(entry.name) for entry in PROCESSES.iterdir() if entry.name.isdigit() and int(entry.name) != own)


def is_running(pid: int) -> bool:
    """False for a dead process that merely waits to be collected by its parent."""
    stat = read(PROCESSES / str(pid) / "stat")
    return bool(stat) and stat.rpartition(b")")[2].split()[0] not in (b"Z", b"X")


def name_of(pid: int) -> str:
    return os.fsdecode(read(PROCESSES / str(pid) / "comm")).strip()


def command_line(pid: int) -> str:
    return os.fsdecode(read(PROCESSES / str(pid) / "cmdline")).replace("\0", " ")


def working_folder(pid: int) -> str:
    try:
        return str((PROCESSES / str(pid) / "cwd").readlink())
    except OSError:
        return ""


def read(file: Path) -> bytes:
    """What the file holds; nothing when the process has gone or belongs to somebody else."""
    try:
        return file.read_bytes()
    except OSError:
        return b""
