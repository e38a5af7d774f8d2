"""The attacker that the audit trail is there for."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.conf import settings
from django.db import connection

Tamper = Callable[..., None]
GUARDED = ("audit_eventrow", "audit_seal", "records_documentkind")


@pytest.fixture
def tamper() -> Tamper:
    """Runs SQL as the owner of the database, with every trigger off: the attacker that the chain is there for."""
    owner = settings.DATABASES["owner"]

    def run(sql: str, *values: object) -> None:
        with psycopg.connect(
            host=owner["HOST"],
            port=owner["PORT"] or None,
            user=owner["USER"],
            password=owner["PASSWORD"],
            dbname=connection.settings_dict["NAME"],
            autocommit=True,
        ) as attacker:
            for table in GUARDED:
                attacker.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            attacker.execute(sql, values or None)
            for table in GUARDED:
                attacker.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    return run
