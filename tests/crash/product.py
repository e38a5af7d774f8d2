"""The whole product as an installation of its own: started as `make run` starts it, with its own state and servers."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from scripts.run.cluster import FALLBACK
from scripts.run.environment import CHECKOUT
from scripts.run.installation import Installation
from scripts.run.leftovers import (
    command_line,
    managed_processes,
    manager_processes,
    name_of,
    postmaster,
    working_in,
)
from scripts.run.port import free_port
from scripts.run.programs import die_with_manager
from scripts.run.state import State
from scripts.stack.up import own_place

START_SECONDS = 600
STARTERS = {False: ("scripts.run", "up"), True: ("scripts.stack.up", "up")}


class Product:
    """Everything under one process manager; `start` returns when the ready line was printed."""

    def __init__(self, state: Path, *, full_stack: bool = False, given: Mapping[str, str] | None = None) -> None:
        """With `full_stack` it runs on an Elasticsearch and a MinIO of its own, as `make stack` does. `given`: settings
        that a person would give to `make run`."""
        self.state, self.full_stack = state, full_stack
        self.port = free_port()
        self.environment = {
            **{k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "TMPDIR"}},
            "REGISTRATUR_STATE": str(state),
            "REGISTRATUR_PORT": str(self.port),
            "REGISTRATUR_SAMPLES": "0",
            "REGISTRATUR_WORKERS": "2",
            **(given or {}),
        }
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def watch_folder(self) -> Path:
        return self.state / "inbox"

    @property
    def stored(self) -> Path:
        """Where the bytes of all documents lie on the disk, its own object store's folder if it has one."""
        return own_place(State(self.state)) / "minio" / "data" if self.full_stack else self.state / "objects"

    def start(self) -> None:
        """Raises AssertionError with what was printed when it does not get ready."""
        log = self.state.parent / "run.log"
        with log.open("a") as output:
            self._process = subprocess.Popen(
                [*die_with_manager(), sys.executable, "-m", *STARTERS[self.full_stack]],
                cwd=CHECKOUT, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, text=True,
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while "Registratur is ready at" not in log.read_text():
            assert self._process.poll() is None, log.read_text()[-4000:]
            assert time.monotonic() < deadline, log.read_text()[-4000:]
            time.sleep(0.2)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=60)

    def discard(self) -> None:
        """Removes what lies outside the state folder: servers of the stack, and a cluster that could not lie in it."""
        state = State(self.state)
        shutil.rmtree(own_place(state), ignore_errors=True)
        if (state.folder / "cluster").exists():
            shutil.rmtree(FALLBACK / state.digest, ignore_errors=True)

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs `./manage.py …` as an administrator would, in any shell."""
        return subprocess.run(
            [CHECKOUT / "manage.py", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def control(self, verb: str, *programs: str) -> None:
        """`stop`, `start` … of programs such as `servers:redis`, by the process manager."""
        done = subprocess.run(
            [Path(sys.executable).parent / "supervisorctl", "-c", self.state / "supervisor.conf", verb, *programs],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert "ERROR" not in done.stdout, done.stdout

    def kill(self, chance: random.Random) -> str:
        """kill -9 of any process of the installation but the manager, servers included; returns what it was, or ""."""
        by_name: dict[str, list[int]] = defaultdict(list)
        for pid in self._everything():
            by_name[what_runs(pid)].append(pid)
        name = chance.choice(sorted(by_name))
        try:
            os.kill(chance.choice(by_name[name]), signal.SIGKILL)
        except ProcessLookupError:
            return ""
        return name

    def _everything(self) -> set[int]:
        """All processes, the manager apart. PostgreSQL and Redis are started without our environment."""
        state = State(self.state)
        installation = Installation(state, {})
        assert installation.cluster
        assert installation.broker
        database = postmaster(installation.cluster.data)
        sessions = {pid for pid, parent in _parents() if parent in database}
        broker = working_in(installation.broker.folder, "redis-server")
        return (managed_processes(state) | database | sessions | broker) - manager_processes(state)

    def workers(self) -> list[int]:
        """Processes of the worker: its main process, its pool, and the children that do document work."""
        return [pid for pid, command in self._processes() if "celery" in command and " worker " in command]

    def kill_one_worker(self, chance: random.Random) -> str:
        """kill -9 of a process of the worker, mostly of one that works; returns its role, or "" when none was there."""
        by_role: dict[str, list[int]] = {"main": [], "pool": [], "reading": []}
        workers = self.workers()
        for pid in workers:
            parent = _parent(pid)
            by_role[
                "main" if parent not in workers else "pool" if _parent(parent) not in workers else "reading"
            ].append(pid)
        roles = [role for role in ("reading", "pool", "pool", "main") if by_role[role]]
        if not roles or (roles == ["main"] and chance.random() < 0.8):
            return ""  # it is just starting; killed each time, it would never get to work
        role = chance.choice(roles)
        try:
            os.kill(chance.choice(by_role[role]), signal.SIGKILL)
        except ProcessLookupError:
            return ""
        return role

    def flush_broker(self) -> None:
        socket_file = next(
            path for path in (self.state, *self._socket_folders()) for path in path.glob("**/redis.sock")
        )
        subprocess.run(["redis-cli", "-s", str(socket_file), "FLUSHALL"], check=True, capture_output=True)

    def _socket_folders(self) -> list[Path]:
        return [State(self.state).sockets]

    def _processes(self) -> Iterator[tuple[int, str]]:
        mark = f"REGISTRATUR_STATE={self.state}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    yield int(folder.name), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # ended meanwhile, or not ours to look at


def what_runs(pid: int) -> str:
    """A word for the program: web, worker, beat, watch, postgres, redis-server, java, minio, or whatever they start."""
    command = command_line(pid)
    for mark, name in (("gunicorn", "web"), (" worker ", "worker"), (" beat ", "beat"), ("manage.py watch", "watch")):
        if mark in command:
            return name
    return name_of(pid) or "gone"


def _parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").glob("[0-9]*"):
        yield int(folder.name), _parent(int(folder.name))


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
