"""A clerk's browser without the browser: Django's test client on real records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from django.conf import LazySettings

    from dms.access.models import Scope
    from dms.access.permissions import Role
    from tests.oidc_provider import OidcServer


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


@pytest.fixture
def there(provider_of_logins: OidcServer, settings: LazySettings) -> Iterator[OidcServer]:
    """The provider, which knows us and which we know; accounts are made at the first login."""
    from dms.adapters.chosen import oidc_provider

    settings.OIDC = provider_of_logins.settings(OIDC_CREATE_ACCOUNTS="1")
    oidc_provider.cache_clear()
    provider_of_logins.client("http://testserver")
    yield provider_of_logins
    oidc_provider.cache_clear()
