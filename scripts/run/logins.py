"""The two logins of the product's database, made by an administrator's login (docs/decisions/0002-one-door.md)."""

from __future__ import annotations

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict

OWNER_RIGHTS, APPLICATION_RIGHTS = "LOGIN CREATEDB", "LOGIN"


def create_logins(admin_url: str, *, owner_url: str, application_url: str) -> None:
    """Owner, application login and database as the two URLs name them. Repeatable: passwords are set anew.

    Neither login can become the other: the owner migrates, the application owns nothing.
    """
    owner, application = conninfo_to_dict(owner_url), conninfo_to_dict(application_url)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        _ensure_login(admin, str(owner["user"]), str(owner["password"]), OWNER_RIGHTS)
        _ensure_login(admin, str(application["user"]), str(application["password"]), APPLICATION_RIGHTS)
        database = str(owner["dbname"])
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                    sql.Identifier(database), sql.Identifier(str(owner["user"]))
                )
            )


def _ensure_login(admin: Connection, role: str, password: str, rights: str) -> None:
    known = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    admin.execute(
        sql.SQL("{} ROLE {} {} PASSWORD {}").format(
            sql.SQL("ALTER" if known else "CREATE"), sql.Identifier(role), sql.SQL(rights), sql.Literal(password)
        )
    )
