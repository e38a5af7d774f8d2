"""Translates the message catalogues (`*.po`) into the form that gettext reads (`*.mo`), where they have changed."""

from __future__ import annotations

import subprocess
from pathlib import Path

from scripts.run.environment import CHECKOUT
from scripts.run.failure import SetUpError


def compile_messages(folder: Path = CHECKOUT / "locale") -> list[Path]:
    """The catalogues that were compiled now. Raises SetUpError naming the line that is wrong."""
    stale = [
        source for source in sorted(folder.glob("*/LC_MESSAGES/*.po")) if is_newer(source, source.with_suffix(".mo"))
    ]
    for source in stale:
        done = subprocess.run(
            ["msgfmt", "--check-format", "-o", str(source.with_suffix(".mo")), str(source)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SetUpError(f"The translations in {source} cannot be used:\n{done.stderr.strip()}")
    return stale


def is_newer(source: Path, target: Path) -> bool:
    return not target.exists() or source.stat().st_mtime > target.stat().st_mtime
