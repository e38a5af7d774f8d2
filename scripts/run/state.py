"""What stands where in the state folder, and who may start or stop what belongs to it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scripts.run.environment import read_env
from scripts.run.failure import SetUpError

LONGEST_SOCKET_FOLDER = 80
"""A unix socket's path has at most 107 bytes; the longest name below the folder is `/supervisor.sock.<pid>`."""


@dataclass(frozen=True)
class State:
    """One installation: everything that `make run` makes lives below `folder` (or is named in a file there)."""

    folder: Path

    @property
    def env_file(self) -> Path:
        return self.folder / "env"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that tell this state folder from every other one on the machine."""
        return hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]

    @property
    def sockets(self) -> Path:
        """The folder of the unix sockets, short enough for them."""
        inside = self.folder / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
            return inside
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        base = Path(runtime) if runtime and len(runtime) < 40 and os.access(runtime, os.W_OK) else Path("/tmp")
        return base / f"registratur-{self.digest}"

    def create(self) -> None:
        """Make the folders.

        As root others may walk through (not list) the state folder, because PostgreSQL refuses to run as root; what
        must not be read has no rights for others by itself.
        """
        walkable = 0o711 if os.getuid() == 0 else 0o700
        make_own_folder(self.folder, walkable)
        make_own_folder(self.sockets, walkable)
        make_own_folder(self.logs, 0o700)

    def secret(self, name: str) -> str:
        """A random value, made at the first question and kept in a file only the owner can read."""
        folder = self.folder / "secrets"
        make_own_folder(folder, 0o700)
        file = folder / name
        if not file.exists():
            draft = file.with_name(f"{name}.new")
            draft.unlink(missing_ok=True)
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
                out.write(secrets.token_urlsafe(48))
                out.flush()
                os.fsync(out.fileno())
            draft.replace(file)
        return file.read_text(encoding="ascii")

    def url(self) -> str:
        """Where the product of the last run answers; empty before the first."""
        return read_env(self.env_file).get("REGISTRATUR_URL", "")


def make_own_folder(folder: Path, mode: int) -> None:
    """Make the folder with this mode; refuses one that belongs to somebody else (a trap laid in /tmp)."""
    try:
        folder.mkdir(mode=mode, parents=True)
        folder.chmod(mode)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) and not folder.is_dir():
            raise SetUpError(f"{folder} is not a folder.") from None
        if found.st_uid != os.getuid():
            raise SetUpError(
                f"{folder} belongs to another user. Choose a folder of your own: REGISTRATUR_STATE=…"
            ) from None
    except PermissionError:
        raise SetUpError(f"{folder} cannot be made here. Choose another place: REGISTRATUR_STATE=…") from None


class RunLock:
    """Held by the one `make run` of a state folder; the operating system frees it when that process dies."""

    def __init__(self, state: State) -> None:
        self._path = state.folder / "run.lock"
        self._file: IO[str] | None = None

    def take(self) -> bool:
        """False when another process holds it."""
        file = self._path.open("a+", encoding="ascii")  # held as long as the process lives
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file
        return True

    def release(self) -> None:
        if self._file:
            self._file.close()
            self._file = None

    def holder(self) -> int | None:
        """The process id of who holds it; None when it is free (or just being taken)."""
        if not self._path.exists():
            return None
        with self._path.open("a+", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                digits = file.read().strip()
                return int(digits) if digits.isdigit() else None
        return None
