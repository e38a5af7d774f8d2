"""A server that an installation may run for itself beside PostgreSQL and Redis: what the manager must know of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from scripts.run.cluster import Identity


class ExtraServer(Protocol):
    """One server with everything it keeps in `folder`. It answers on the loopback address alone."""

    @property
    def folder(self) -> Path: ...

    def create(self) -> None:
        """Installs the program if need be, and makes folder and settings. Repeatable. Raises SetUpError."""

    def command(self) -> list[str]:
        """The server in the foreground."""

    def environment(self) -> dict[str, str]:
        """All that the server sees of the environment."""

    def identity(self) -> Identity:
        """As whom it runs, for subprocess."""

    def wait(self, alive: Callable[[], bool]) -> None:
        """Returns when it answers. Raises SetUpError when it does not in time, or `alive` says that it has ended."""

    def settings(self) -> dict[str, str]:
        """What the product must be told to use it, as environment variables; known once it runs."""
