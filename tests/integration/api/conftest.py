"""A town with its inbox, and programs and people who ask its API.

Read before Django is ready, so whatever needs models is imported where it is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from dms.access.models import Scope, User
    from tests.factories import ClientOf


@pytest.fixture(autouse=True)
def objects_of_this_test(store: Path) -> None:
    """Every test here has a store of its own."""


@pytest.fixture
def clerk(scope: Scope) -> User:
    """Reads and classifies documents, hands in mail."""
    from dms.access.permissions import Role
    from tests.factories import user_with

    return user_with(Role.CLERK, name="clerk", scope=scope)


@pytest.fixture
def client_of() -> ClientOf:
    """A program that acts as the user, by a token."""
    from tests.factories import program_of

    return program_of


@pytest.fixture
def api(clerk: User, client_of: ClientOf) -> APIClient:
    """A program of the clerk."""
    return client_of(clerk)


@pytest.fixture
def stranger(scope: Scope, client_of: ClientOf) -> APIClient:
    """Logged in, with rights in another scope only."""
    from dms.access.permissions import Role
    from tests.factories import another_scope, user_with

    return client_of(user_with(Role.CLERK, name="stranger", scope=another_scope()))
