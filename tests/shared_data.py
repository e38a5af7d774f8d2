"""Where the shared test files are; tests that need them skip visibly without them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("REGISTRATUR_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


def shared_data() -> Path:
    """The folder with SOURCES.tsv: `REGISTRATUR_TEST_DATA`, else `../shared/data` beside the checkout."""
    if not (DATA / "SOURCES.tsv").is_file():
        pytest.skip(f"the shared test files are not at {DATA} (set REGISTRATUR_TEST_DATA)")
    return DATA
