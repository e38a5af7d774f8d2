"""What an earlier run left behind is found by what it is, and nothing else is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.run.leftovers import managed_processes, postmaster, stop_all, working_in
from scripts.run.manager import MARK
from scripts.run.state import State

Start = Callable[..., int]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a sleeping Python that ignores what it is told to; ended after the test."""
    processes: list[subprocess.Popen[bytes]] = []

    def run(folder: Path, stubborn: bool = False, **environment: str) -> int:
        script = "import signal, time; print(flush=True); time.sleep(60)"
        if stubborn:
            script = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {script}"
        process = subprocess.Popen(
            [sys.executable, "-c", script], cwd=folder, env={**os.environ, **environment}, stdout=subprocess.PIPE
        )
        assert process.stdout
        process.stdout.readline()
        processes.append(process)
        return process.pid

    yield run
    for process in processes:
        process.kill()
        process.communicate()


def test_programs_of_this_state_folder_are_told_by_their_mark(tmp_path: Path, start: Start) -> None:
    state, other = State(tmp_path / "a"), State(tmp_path / "ab")
    ours = start(tmp_path, **{MARK: str(state.folder)})
    start(tmp_path, **{MARK: str(other.folder)})
    start(tmp_path, REGISTRATUR_STATE=str(state.folder))  # a person's shell
    assert managed_processes(state) == {ours}


def test_who_does_not_end_when_asked_is_ended(tmp_path: Path, start: Start) -> None:
    polite, stubborn = start(tmp_path), start(tmp_path, stubborn=True)
    began = time.monotonic()
    stop_all({polite, stubborn}, signal.SIGTERM, 0.5)
    assert 0.5 <= time.monotonic() - began < 5


def test_a_pid_file_that_names_a_stranger_stops_nobody(tmp_path: Path, start: Start) -> None:
    assert postmaster(tmp_path) == set()
    (tmp_path / "postmaster.pid").write_text(f"{start(tmp_path)}\n")
    assert postmaster(tmp_path) == set()  # right folder, but no PostgreSQL
    assert working_in(tmp_path, "redis-server") == set()
