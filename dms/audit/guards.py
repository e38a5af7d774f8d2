"""Triggers and rights that hold even for `psql` and `shell`: no record changes outside the door, no event ever.

Installed after each migration, by the owner; repeatable. Two logins make it a boundary: the application's login owns
nothing and so cannot drop a trigger (docs/decisions/0002-one-door.md).
"""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connections, models
from django.db.backends.utils import CursorWrapper

from dms.audit.models import Chain, EventRow, Recorded, Seal

GUARD_FUNCTIONS = """
CREATE OR REPLACE FUNCTION registratur_refuse_outside_door() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('registratur.change', true), '') = '' THEN
        RAISE EXCEPTION 'records change only through the door (audit.change): % on %', TG_OP, TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION registratur_refuse_always() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events and seals are never changed: % on %', TG_OP, TG_TABLE_NAME;
END $$;
"""

GUARD_RECORDS = """
CREATE OR REPLACE TRIGGER registratur_door BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION registratur_refuse_outside_door()
"""
GUARD_EVENTS = """
CREATE OR REPLACE TRIGGER registratur_events BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION registratur_refuse_always()
"""
RIGHTS = """
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
REVOKE UPDATE, DELETE ON {events}, {seals} FROM {role};
REVOKE DELETE ON {chains} FROM {role};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role};
"""


def recorded_models() -> list[type[models.Model]]:
    """All models that only the door writes: the `Recorded` ones, and those below the audit that carry grants."""
    below = [apps.get_model("access", name) for name in ("Scope", "Grant", "Body", "Membership", "Clearance")]
    return [*(m for m in apps.get_models() if issubclass(m, Recorded)), *below]


def install_guards(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Runs after `migrate`, once for the whole project."""
    with connections[using].cursor() as cursor:
        cursor.execute(GUARD_FUNCTIONS)
        existing = set(connections[using].introspection.table_names(cursor))
        for model in recorded_models():
            if model._meta.db_table in existing:
                cursor.execute(GUARD_RECORDS.format(table=_quoted(model, using)))
        for model in (EventRow, Seal):
            if model._meta.db_table in existing:
                cursor.execute(GUARD_EVENTS.format(table=_quoted(model, using)))
        _give_rights(cursor, using)


def _give_rights(cursor: CursorWrapper, using: str) -> None:
    role = settings.APPLICATION_ROLE
    cursor.execute("SELECT current_user")
    if (cursor.fetchone() or [""])[0] == role:
        return  # one login for everything: the triggers stand, the boundary does not (system check config.W002)
    cursor.execute(
        RIGHTS.format(
            role=connections[using].ops.quote_name(role),
            events=_quoted(EventRow, using),
            seals=_quoted(Seal, using),
            chains=_quoted(Chain, using),
        )
    )


def _quoted(model: type[models.Model], using: str) -> str:
    return connections[using].ops.quote_name(model._meta.db_table)
