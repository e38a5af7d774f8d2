"""Where the servers of the stack are kept: programs in a folder that all checkouts share, data in one per server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from scripts.run.failure import SetUpError

ROOTS_CACHE = Path("/var/cache/registratur")


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """REGISTRATUR_CACHE, else one outside every checkout. Root's is not in its home: a server that refuses to run as
    root runs as another user, who must be able to walk there."""
    if asked := environment.get("REGISTRATUR_CACHE"):
        return Path(asked).absolute()
    if os.getuid() == 0:
        return ROOTS_CACHE
    return Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "registratur"


def find_program(name: str, package: str) -> str:
    """Its path; SetUpError says which Debian package brings it."""
    if found := shutil.which(name):
        return found
    raise SetUpError(f"{name} is not installed (Debian package {package}).")


def end_of_log(folder: Path) -> str:
    """The last words of a server that was started alone; under the process manager its log lies with the others."""
    try:
        return (folder / "run.log").read_text(encoding="utf-8", errors="replace")[-3000:].strip()
    except FileNotFoundError:
        return ""
