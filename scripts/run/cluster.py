"""The private PostgreSQL cluster of one state folder: where it lies, as whom it runs, which logins it has."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

import psycopg

from scripts.run.failure import SetUpError
from scripts.run.logins import create_logins

PROGRAMS = Path("/usr/lib/postgresql")
FALLBACK = Path("/var/lib/registratur")
ADMIN, OWNER, APPLICATION = "registratur_admin", "registratur_owner", "registratur_app"
DATABASE = "registratur"
RUN_AS_FOR_ROOT = "postgres"


@dataclass(frozen=True)
class Passwords:
    admin: str
    owner: str
    application: str


@dataclass(frozen=True)
class Cluster:
    """`base` holds the data folder; `sockets` the unix socket, the only way in."""

    base: Path
    sockets: Path
    passwords: Passwords

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def run_as(self) -> str | None:
        """PostgreSQL refuses root: then it runs as Debian's `postgres`. None means as oneself."""
        return RUN_AS_FOR_ROOT if os.getuid() == 0 else None

    def url(self, role: str, password: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{quote(password, safe='')}@{quote(str(self.sockets), safe='')}/{database}"

    @property
    def application_url(self) -> str:
        return self.url(APPLICATION, self.passwords.application)

    @property
    def owner_url(self) -> str:
        return self.url(OWNER, self.passwords.owner)

    def command(self) -> list[str]:
        """The server in the foreground; it ends with the process that starts it, so none is left without a manager."""
        return [
            "/usr/bin/env",
            "-i",  # no secrets of ours in its environment
            "PATH=/usr/bin:/bin",
            "LC_ALL=C.UTF-8",
            "/usr/bin/setpriv",
            "--pdeathsig",
            "INT",
            str(programs_for(self.data) / "postgres"),
            "-D",
            str(self.data),
            "-k",
            str(self.sockets),
            "-c",
            "listen_addresses=",
            "-c",
            "log_line_prefix=%m [%p] %u@%d ",
        ]

    def create(self) -> None:
        """Make the cluster if there is none; an interrupted attempt leaves nothing that looks like one."""
        for folder in (self.base, self.sockets):
            folder.mkdir(parents=True, exist_ok=True)
        if self.run_as:
            shutil.chown(self.base, self.run_as, grp.getgrgid(pwd.getpwnam(self.run_as).pw_gid).gr_name)
            shutil.chown(self.sockets, self.run_as)
        for folder in (self.base, self.sockets):
            folder.chmod(0o700)
        if self.data.exists():
            return
        draft = self.base / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        with tempfile.NamedTemporaryFile("w", dir=self.base) as password_file:
            password_file.write(self.passwords.admin)
            password_file.flush()
            if self.run_as:
                shutil.chown(password_file.name, self.run_as)
            initdb(draft, self.run_as, password_file.name)
        draft.rename(self.data)

    def wait(self, alive: Callable[[], bool] = lambda: True, seconds: float = 180) -> None:
        """Return when the server answers; SetUpError when it has not within the time or `alive` says it ended."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                psycopg.connect(self.url(ADMIN, self.passwords.admin, "postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline or not alive():
                    raise SetUpError(f"The private PostgreSQL does not answer: {error}") from None
                time.sleep(0.05)

    def create_logins(self) -> None:
        """Two logins that cannot become one another. Repeatable."""
        create_logins(
            self.url(ADMIN, self.passwords.admin, "postgres"),
            owner_url=self.owner_url,
            application_url=self.application_url,
        )


def initdb(folder: Path, run_as: str | None, password_file: str) -> None:
    done = subprocess.run(
        [
            str(newest_programs() / "initdb"),
            f"--pgdata={folder}",
            f"--username={ADMIN}",
            f"--pwfile={password_file}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--data-checksums",
            "--auth-local=scram-sha-256",
            "--auth-host=reject",
        ],
        **identity(run_as),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetUpError(f"A private PostgreSQL cluster cannot be made in {folder}:\n{done.stderr.strip()}")


class Identity(TypedDict, total=False):
    """Arguments of subprocess that say as whom a program runs."""

    user: str | int
    group: int
    extra_groups: list[int]


def identity(run_as: str | None) -> Identity:
    """Drops root entirely, its groups too; None changes nothing."""
    return {"user": run_as, "group": pwd.getpwnam(run_as).pw_gid, "extra_groups": []} if run_as else {}


def newest_programs() -> Path:
    found = sorted(PROGRAMS.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise SetUpError("PostgreSQL is not installed (Debian package postgresql).")
    return found[-1].parent


def programs_for(data: Path) -> Path:
    """The programs of the version that made the data; another major version cannot read it."""
    version = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    programs = PROGRAMS / version / "bin"
    if not programs.exists():
        raise SetUpError(
            f"The database in {data} was made by PostgreSQL {version}, which is not installed any more."
            f" Install the package postgresql-{version} again, or move the data with pg_upgrade."
        )
    return programs


def place_for(state_folder: Path, digest: str) -> Path:
    """Where the cluster of this state folder lies, decided once and kept in its file `cluster`.

    Inside the state folder; below /var/lib/registratur when root runs the product from a folder that the user
    `postgres` cannot walk to (such as /root).

    Raises SetUpError when the cluster has vanished or belongs to another state folder (a copied one).
    """
    note = state_folder / "cluster"
    if note.exists():
        base = state_folder / note.read_text(encoding="utf-8").strip()
        check_still_ours(base, state_folder)
        return base
    if os.getuid() == 0 and not can_walk(state_folder, RUN_AS_FOR_ROOT):
        base = FALLBACK / digest
        base.mkdir(mode=0o711, parents=True, exist_ok=True)
        note.write_text(str(base), encoding="utf-8")
        (base / "state-folder").write_text(str(state_folder), encoding="utf-8")
        return base
    note.write_text("postgresql", encoding="utf-8")
    return state_folder / "postgresql"


def check_still_ours(base: Path, state_folder: Path) -> None:
    """A moved state folder keeps its cluster; a copied one must not run a second server on it."""
    if base.parent == state_folder:
        return
    mark = base / "state-folder"
    if not mark.exists():
        raise SetUpError(
            f"The database of {state_folder} lay in {base} and is not there any more. Put it back from the backup;"
            f" or delete {state_folder / 'cluster'} to begin with an empty one."
        )
    earlier = Path(mark.read_text(encoding="utf-8"))
    if earlier == state_folder:
        return
    if (earlier / "cluster").exists():
        raise SetUpError(
            f"{state_folder} is a copy of {earlier}, and the database in {base} belongs to that one."
            " Choose an empty folder for this checkout: REGISTRATUR_STATE=…"
        )
    mark.write_text(str(state_folder), encoding="utf-8")


def can_walk(folder: Path, user: str) -> bool:
    return subprocess.run(["/usr/bin/test", "-x", str(folder)], **identity(user), cwd="/", check=False).returncode == 0
