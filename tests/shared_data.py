"""Where the shared test files are; tests that need them skip visibly without them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def shared_data() -> Path:
    """The folder with SOURCES.tsv: `REGISTRATUR_TEST_DATA`, else `../shared/data` beside the checkout."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("REGISTRATUR_TEST_DATA", default))
    if not (folder / "SOURCES.tsv").is_file():
        pytest.skip(f"the shared test files are not at {folder} (set REGISTRATUR_TEST_DATA)")
    return folder
