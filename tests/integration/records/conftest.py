"""A file plan and dossiers in a scope of their own, and the people who work there; the inbox is another scope."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from dms.access.actors import Actor
    from dms.access.models import Scope, User
    from dms.records.models import Dossier


@pytest.fixture
def files(db: None, store: Path) -> Scope:
    """Where the dossiers are."""
    from tests import factories

    scope = factories.another_scope("Akten")
    factories.file_plan(scope=scope)
    return scope


@pytest.fixture
def dossier(files: Scope) -> Dossier:
    from tests import factories

    return factories.dossier()


@pytest.fixture
def clerk(files: Scope) -> Actor:
    """With rights in the inbox and in the files."""
    from dms.access.actors import actor_for
    from dms.access.permissions import Role
    from tests import factories

    factories.user_with(Role.CLERK, name="carl")
    return actor_for(factories.user_with(Role.CLERK, name="carl", scope=files))


@pytest.fixture
def giver(files: Scope) -> Actor:
    """Gives rights in the files, and reads nothing there."""
    from dms.access.actors import actor_for
    from dms.access.permissions import Role
    from tests import factories

    return actor_for(factories.user_with(Role.RIGHTS, name="renate", scope=files))


@pytest.fixture
def berta(files: Scope) -> User:
    """Without a right of her own."""
    from tests import factories

    return factories.user_with(name="berta")
