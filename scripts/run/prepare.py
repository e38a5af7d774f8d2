"""Brings database, example town and static files up to date: one process, since starting Django costs most of it."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from config.settings import env
from scripts.run.environment import CHECKOUT
from scripts.run.logins import create_logins


def prepare() -> None:
    """Repeatable at any point; what is done already costs next to nothing."""
    if admin_url := env("DATABASE_ADMIN_URL", ""):
        create_logins(admin_url, owner_url=env("DATABASE_OWNER_URL"), application_url=env("DATABASE_URL"))
    django.setup()
    make_tables()
    call_command("objects", "prepare")
    call_command("setup")
    make_watched_folder(settings.WATCH_FOLDER)
    collect_static(Path(settings.STATIC_ROOT))
    warn_of_dangers()


def make_tables() -> None:
    """The first time with a line for each step: on a slow machine that takes minutes, and nobody likes to wait for
    nobody knows what."""
    if is_new := is_empty(connections["owner"]):
        print(
            "Making the tables of the database; only the first time, and on a slow machine it takes minutes …",
            flush=True,
        )
    call_command("migrate", database="owner", interactive=False, verbosity=int(is_new))


def is_empty(database: BaseDatabaseWrapper) -> bool:
    """Whether no table was ever made there."""
    return not MigrationRecorder(database).has_table()


def make_watched_folder(folder: Path) -> None:
    """Before anybody is told that it is there. Raises SystemExit with the reason."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.exit(f"The watched folder {folder} (WATCH_FOLDER) cannot be made: {error.strerror}")


def warn_of_dangers() -> None:
    """On every start, because settings may have changed; says nothing about what is safe."""
    for found in run_checks(tags=[Tags.security], include_deployment_checks=True):
        if not found.is_silenced():
            print(f"Warning: {found.msg}" + (f" {found.hint}" if found.hint else ""), file=sys.stderr)


def collect_static(target: Path) -> None:
    """Copy, name by content and compress the static files, unless nothing has changed since the last time."""
    stamp = target.parent / f"{target.name}.digest"
    digest = static_digest(CHECKOUT)
    if target.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return
    target.mkdir(parents=True, exist_ok=True)
    print("Making the files of the pages ready …", flush=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest, encoding="ascii")


def static_digest(checkout: Path) -> str:
    """Tells any change of our own static files, of the installed packages and of the storage's settings."""
    digest = hashlib.sha256()
    for source in (checkout / "requirements" / "run.txt", checkout / "config" / "settings.py"):
        digest.update(source.read_bytes())
    for file in sorted(path for path in (checkout / "frontend" / "static").rglob("*") if path.is_file()):
        found = file.stat()
        digest.update(f"{file.relative_to(checkout)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    prepare()
