"""Programs that are built once from the Go module proxy and kept for all checkouts."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
from pathlib import Path

from scripts.run.failure import SetUpError
from scripts.stack.place import find_program


def build(program: Path, module: str, built_as: str) -> None:
    """Makes `program` unless it is there; takes some minutes, and whoever comes second waits.

    `module` with its version; `built_as` is the name that Go gives the program. Go's own settings apply (GOPROXY,
    GOFLAGS …). Raises SetUpError.
    """
    if program.exists():
        return
    go = find_program("go", "golang, version 1.24 or newer")
    program.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(program.with_name(f"{program.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            _build(go, program, module, built_as)


def _build(go: str, program: Path, module: str, built_as: str) -> None:
    with tempfile.TemporaryDirectory(dir=program.parent, prefix=f"{program.name}-") as name:
        environment = {"HOME": str(program.parent), **os.environ, "GOBIN": name, "CGO_ENABLED": "0"}
        done = subprocess.run(
            [go, "install", "-trimpath", module],
            env=environment, cwd="/", capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SetUpError(f"{module} cannot be built from the Go module proxy:\n{done.stderr[-2000:].strip()}")
        (Path(name) / built_as).rename(program)
