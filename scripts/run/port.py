"""Which port the web pages are served on."""

from __future__ import annotations

import socket
from collections.abc import Mapping

from scripts.run.failure import SetUpError

DEFAULT = 8000
LAST = 8099


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the web server does
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """One that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def choose_port(environment: Mapping[str, str]) -> int:
    """The port that was asked for, or the first free one from 8000; SetUpError when it cannot be had."""
    asked = environment.get("REGISTRATUR_PORT", "")
    if not asked:
        free = next((port for port in range(DEFAULT, LAST + 1) if is_free(port)), None)
        if free is None:
            raise SetUpError(f"No port between {DEFAULT} and {LAST} is free. Choose one: REGISTRATUR_PORT=…")
        return free
    if not asked.isdigit() or not 1 <= int(asked) <= 65535:
        raise SetUpError(f"REGISTRATUR_PORT={asked} is not a port number (1 to 65535).")
    if not is_free(int(asked)):
        raise SetUpError(f"Port {asked} is not free. Choose another: REGISTRATUR_PORT=…, or leave it out.")
    return int(asked)
