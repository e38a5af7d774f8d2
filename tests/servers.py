"""A private PostgreSQL with the product's two logins, a private Redis and, where it can be had, a private Elasticsearch
for one test run, each started when first needed.

All are the real servers, made by the same code as `make run`, in a folder below the system's temporary one. They end
with the test run, also after Ctrl-C, and by the operating system's hand when the test run is killed. Set DATABASE_URL
(and DATABASE_OWNER_URL), BROKER_URL or ELASTICSEARCH_URL to use other servers; the login of the database must then be
allowed to create databases, and the tests run in one process (`-n auto` sees to it), because processes would share it.
"""

from __future__ import annotations

import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from scripts.run.broker import Broker
from scripts.run.cluster import APPLICATION, OWNER, Cluster, Passwords, identity
from scripts.run.environment import GIVEN_SETTINGS
from scripts.stack.elasticsearch import Elasticsearch
from scripts.stack.running import spawn

SPEED = ("-c", "fsync=off", "-c", "full_page_writes=off")
"""Only power cuts tell the difference, and this database does not outlive the run."""


class Servers:
    """Addresses are known from the start, so that settings can be read; `start` makes them answer."""

    def __init__(self, asked: Mapping[str, str]) -> None:
        # One level below, because the user `postgres` must be able to walk there and mkdtemp lets nobody in.
        self.folder = Path(tempfile.mkdtemp(prefix="registratur-test-"))
        self.folder.chmod(0o711)
        self._asked = {name: asked[name] for name in asked if name in GIVEN_SETTINGS}
        self._processes: list[tuple[subprocess.Popen[bytes], signal.Signals]] = []
        self._is_started = False
        self.cluster = Cluster(
            self.folder / "pg", self.folder / "s", Passwords(*(secrets.token_hex(16) for _ in range(3)))
        )
        self.broker = Broker(self.folder / "redis", self.folder / "redis.sock")

    @property
    def are_given(self) -> bool:
        """Whether any of them is somebody else's."""
        return not {"DATABASE_URL", "DATABASE_OWNER_URL", "BROKER_URL"}.isdisjoint(self._asked)

    def environment(self, database: str | None = None) -> dict[str, str]:
        """Settings for this process, or with `database` for programs of the product that work on that one."""
        cluster, passwords = self.cluster, self.cluster.passwords
        settings = {
            "SECRET_KEY": "only-for-tests",
            "DATABASE_URL": cluster.application_url,
            "DATABASE_OWNER_URL": cluster.owner_url,
            "BROKER_URL": self.broker.url,
            "REGISTRATUR_STATE": str(self.folder / "state"),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "OMP_THREAD_LIMIT": "1",
        }
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "BROKER_URL"):
            if name in self._asked:
                settings[name] = self._asked[name]
        if database and "DATABASE_URL" not in self._asked:
            settings["DATABASE_URL"] = cluster.url(APPLICATION, passwords.application, database)
            settings["DATABASE_OWNER_URL"] = cluster.url(OWNER, passwords.owner, database)
        return settings

    def start(self) -> None:
        """Start what was not given by URL; a second call does nothing. Raises SetUpError when a server stays silent."""
        if self._is_started:
            return
        self._is_started = True
        (self.folder / "state").mkdir(exist_ok=True)
        if "DATABASE_URL" not in self._asked:
            self.cluster.create()
            postgresql = self._spawn([*self.cluster.command(), *SPEED], "postgresql.log", self.cluster.run_as)
            self.cluster.wait(lambda: postgresql.poll() is None)
            self.cluster.create_logins()
        if "BROKER_URL" not in self._asked:
            self.broker.create()
            redis = self._spawn(self.broker.command(), "redis.log", None)
            self.broker.wait(lambda: redis.poll() is None)

    def elasticsearch(self) -> dict[str, str]:
        """Starts the search server, unless it was given; to be called once. Gives its settings. Raises SetUpError when
        none can be had here."""
        given = {name: self._asked[name] for name in self._asked if name.startswith("ELASTICSEARCH_")}
        if given:
            return given
        server = Elasticsearch(self.folder / "elasticsearch")
        server.create()
        process = spawn(server, ends_with_us=True)
        self._processes.append((process, signal.SIGTERM))
        server.wait(lambda: process.poll() is None)
        return server.settings()

    def new_database(self, name: str) -> dict[str, str]:
        """An empty database that the owner owns, and the settings for it. An older one of this name is dropped."""
        with psycopg.connect(self.environment("postgres")["DATABASE_OWNER_URL"], autocommit=True) as owner:
            owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.environment(name)

    def stop(self) -> None:
        """Stop all and remove every trace. Repeatable."""
        for process, request in self._processes:
            process.send_signal(request)
        for process, _ in self._processes:
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _spawn(self, command: list[str], log: str, run_as: str | None) -> subprocess.Popen[bytes]:
        with (self.folder / log).open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                start_new_session=True,  # a Ctrl-C ends the tests first, then we end the servers
                **identity(run_as),
            )
        self._processes.append((process, signal.SIGINT))
        return process


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without settings of a running product: tests never see a person's own state folder."""
    return {
        name: value
        for name, value in environment.items()
        if name.removesuffix("_FILE") not in GIVEN_SETTINGS and name != "REGISTRATUR_STATE"
    }
