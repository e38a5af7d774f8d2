"""A town's inbox on a real store of its own.

Read before Django is ready, so whatever needs models is imported where it is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from dms.access.models import Scope
    from ingest.work.attempt import Tools
    from tests.integration.ingest.working import SetClock


@pytest.fixture(autouse=True)
def objects_of_this_test(store: Path) -> None:
    """Every test here has a store of its own."""


@pytest.fixture
def clock() -> SetClock:
    """Stands still until a test sets it forward."""
    from tests.integration.ingest.working import SetClock

    return SetClock()


@pytest.fixture
def tools(scope: Scope, clock: SetClock) -> Tools:
    """The real ones, but for the clock."""
    from dataclasses import replace

    from ingest.work.tools import chosen_tools

    return replace(chosen_tools(), clock=clock)
