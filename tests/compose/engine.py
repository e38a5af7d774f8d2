"""A Docker engine of the test's own, beside any other on the machine, and everything it leaves behind removed again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
DAEMON, CLIENT = Path("/usr/sbin/dockerd"), Path("/usr/bin/docker")
START_SECONDS = 60


def why_not() -> str:
    """What keeps an engine from running here; empty when nothing does."""
    if os.getuid() != 0:
        return "a Docker engine of our own needs root"
    missing = [name for name in ("dockerd", "debootstrap", "iptables-save") if not _found(name)]
    return f"missing: {', '.join(missing)} (`make test-compose` installs what is needed)" if missing else ""


class Engine:
    """Listens on a socket in its own folder. Firewall rules and bridge are put back when it stops."""

    def __init__(self, data: Path) -> None:
        """`data` may stay from an earlier run: layers that were built then are not built again."""
        self.data = data
        self.folder = Path(tempfile.mkdtemp(prefix="registratur-engine-"))
        self.socket = self.folder / "docker.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self._rules = b""

    def start(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self._rules = subprocess.run(["iptables-save"], capture_output=True, check=True).stdout
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig", "TERM", str(DAEMON), "--data-root", str(self.data)),
                    *("--exec-root", str(self.folder / "exec"), "--pidfile", str(self.folder / "pid")),
                    *("-H", f"unix://{self.socket}", "--oom-score-adjust=0"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                close_fds=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run([CLIENT, "version"], env=self.environment(), capture_output=True, check=False).returncode:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the engine does not start:\n{(self.folder / 'log').read_text()[-3000:]}")
            time.sleep(0.2)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(timeout=60)
            subprocess.run(["iptables-restore"], input=self._rules, check=False)
            subprocess.run(["ip", "link", "del", "docker0"], capture_output=True, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """For programs that talk to this engine; the Compose program of the test environment comes first."""
        path = f"{Path(sys.executable).parent}:/usr/bin:/usr/sbin:/bin:/sbin"
        known = {"HOME": str(self.folder), "PATH": path, "DOCKER_HOST": f"unix://{self.socket}", "DOCKER_BUILDKIT": "1"}
        return {**known, **(more or {})}

    def run(self, *command: str | Path, more: Mapping[str, str] | None = None, **options: object) -> str:
        """Its output; RuntimeError with all of it when it fails."""
        done = subprocess.run(
            command, env=self.environment(more), cwd=CHECKOUT, capture_output=True, text=True, check=False, **options
        )  # type: ignore[call-overload]
        if done.returncode:
            raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}")
        return str(done.stdout)


def _found(name: str) -> bool:
    return any((Path(folder) / name).exists() for folder in ("/usr/sbin", "/sbin", "/usr/bin", "/bin"))
