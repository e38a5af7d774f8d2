"""A town with its inbox.

Read before Django is ready, so whatever needs models is imported where it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from dms.access.models import Scope


@pytest.fixture
def scope(db: None) -> Scope:
    """The town's inbox, in which its people have their rights."""
    from tests.factories import town

    return town()
