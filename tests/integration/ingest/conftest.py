"""A town's inbox on a real store of its own.

Read before Django is ready, so whatever needs models is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import LazySettings

if TYPE_CHECKING:
    from dms.access.models import Scope
    from ingest.work.attempt import Tools
    from tests.integration.ingest.working import SetClock


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: LazySettings) -> Iterator[Path]:
    """The folder in which all objects of this test lie."""
    from dms.adapters.chosen import object_store
    from tests.factories import store_in

    folder = tmp_path / "objects"
    store_in(folder, settings)
    yield folder
    object_store.cache_clear()


@pytest.fixture
def scope(db: None) -> Scope:
    from tests.factories import town

    return town()


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
