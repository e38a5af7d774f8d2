"""A clerk's browser without the browser: Django's test client on real records."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from dms.access.models import Scope
    from dms.access.permissions import Role


@pytest.fixture(autouse=True)
def objects_of_this_test(store: Path) -> None:
    """Every test here has a store of its own."""


@pytest.fixture
def browser_of(scope: Scope) -> Callable[..., Client]:
    """Logged in as somebody with these roles, in the town's inbox or in another scope."""

    def make(*roles: Role, name: str = "clerk", elsewhere: bool = False) -> Client:
        from tests.factories import another_scope, user_with

        client = Client()
        client.force_login(user_with(*roles, name=name, scope=another_scope() if elsewhere else scope))
        return client

    return make


@pytest.fixture
def clerk(browser_of: Callable[..., Client]) -> Client:
    from dms.access.permissions import Role

    return browser_of(Role.CLERK)
