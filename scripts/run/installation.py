"""One installation on this machine: which servers are its own, which settings follow from them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from scripts.run.broker import Broker
from scripts.run.cluster import Cluster, Passwords, place_for
from scripts.run.environment import given, write_env
from scripts.run.extra_server import ExtraServer
from scripts.run.port import choose_port
from scripts.run.programs import Program, product_programs, server_programs, worker_count
from scripts.run.state import State


@dataclass(frozen=True)
class Installation:
    """`asked` is what the person set in the environment; it decides what is private and what is used by URL."""

    state: State
    asked: Mapping[str, str]
    extra: Mapping[str, ExtraServer] = field(default_factory=dict)
    """Servers by the names of their programs (`python -m scripts.stack up`)."""

    @cached_property
    def cluster(self) -> Cluster | None:
        """None when a database was given by URL."""
        if self._is_given("DATABASE_URL"):
            return None
        base = place_for(self.state.folder, self.state.digest)
        inside = base.parent == self.state.folder
        sockets = self.state.sockets / "postgresql" if inside else base / "run"
        secret = self.state.secret
        return Cluster(base, sockets, Passwords(secret("admin"), secret("owner"), secret("application")))

    @cached_property
    def broker(self) -> Broker | None:
        """None when a broker was given by URL."""
        if self._is_given("BROKER_URL"):
            return None
        return Broker(self.state.folder / "redis", self.state.sockets / "redis.sock")

    @cached_property
    def port(self) -> int:
        return choose_port(self.asked)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def create(self) -> None:
        """Make what is missing of the private servers; start nothing."""
        if self.cluster:
            self.cluster.create()
        if self.broker:
            self.broker.create()
        for server in self.extra.values():
            server.folder.mkdir(parents=True, exist_ok=True)
            server.create()

    def programs(self) -> list[Program]:
        servers = server_programs(self.cluster, self.broker, self.extra)
        return servers + product_programs(self.state, self.port, worker_count(self.asked))

    def settings(self) -> dict[str, str]:
        """All that the programs and `./manage.py` must know."""
        settings = {"REGISTRATUR_URL": self.url}
        if not self._is_given("SECRET_KEY"):
            settings["SECRET_KEY"] = self.state.secret("django")
        if self.cluster:
            settings |= {"DATABASE_URL": self.cluster.application_url, "DATABASE_OWNER_URL": self.cluster.owner_url}
        if self.broker:
            settings["BROKER_URL"] = self.broker.url
        for server in self.extra.values():
            settings |= server.settings()
        return settings | given(self.asked)

    def write_settings(self) -> dict[str, str]:
        """Keep the settings for `./manage.py`; returns the environment for the programs."""
        settings = self.settings()
        write_env(self.state.env_file, settings)
        return {
            **os.environ,
            **settings,
            "REGISTRATUR_STATE": str(self.state.folder),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "OMP_THREAD_LIMIT": "1",  # tesseract: one thread per page and all cores on pages is 3 to 7 times faster
            "PYTHONUNBUFFERED": "1",
        }

    def _is_given(self, name: str) -> bool:
        return bool(self.asked.get(name) or self.asked.get(f"{name}_FILE"))
