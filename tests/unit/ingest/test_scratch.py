"""No page of a letter stays in a scratch folder, whoever was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ingest.work.scratch import forget_dead_scratch, open_scratch

HOLD = """
import sys, time
from ingest.work.scratch import open_scratch
with open_scratch() as folder:
    (folder / "page.png").write_bytes(b"a page")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def own_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


def test_a_killed_step_leaves_its_folder_and_the_next_worker_removes_it() -> None:
    step = subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True)
    assert step.stdout
    folder = Path(step.stdout.readline().strip())
    assert forget_dead_scratch() == 0
    assert folder.exists()
    os.kill(step.pid, signal.SIGKILL)
    step.wait()
    step.stdout.close()
    assert folder.exists()
    assert forget_dead_scratch() == 1
    assert not folder.exists()


def test_a_step_at_work_keeps_its_folder() -> None:
    with open_scratch() as folder:
        (folder / "page.png").write_bytes(b"a page")
        assert forget_dead_scratch() == 0
        assert (folder / "page.png").exists()
    assert not folder.exists()
