"""What `make run` tells while it prepares the database."""

from __future__ import annotations

import pytest
from django.db import connection

from scripts.run.prepare import is_empty


@pytest.mark.django_db
def test_a_database_without_tables_is_told_from_one_that_has_them() -> None:
    assert not is_empty(connection)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO pg_catalog")
        assert is_empty(connection)
        cursor.execute("SET LOCAL search_path TO DEFAULT")
