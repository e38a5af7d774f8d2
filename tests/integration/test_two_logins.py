"""The tests' own ground: they run with the rights of the running product, and leave nothing behind."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import ProgrammingError, connection
from django.utils import timezone


@pytest.mark.django_db
def test_the_product_works_with_a_login_that_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone() == ("registratur_app",)
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = session_user)"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "ALTER TABLE django_session DISABLE TRIGGER ALL",
        "TRUNCATE django_session",
        "SET ROLE registratur_owner",
        "SET session_replication_role = replica",
    ],
)
def test_the_product_cannot_get_round_its_own_guards(statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_what_one_test_commits_the_next_does_not_find(time: str) -> None:
    assert not Session.objects.exists(), f"{time} time"
    assert ContentType.objects.exists(), "what migrations bring is there again"
    Session.objects.create(session_key="left-over", session_data="", expire_date=timezone.now())
