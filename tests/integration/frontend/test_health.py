"""Whoever keeps the product running is told in plain words which part is in trouble."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, override_settings
from django.utils import timezone

from dms.health import Condition, Grade, Part

pytestmark = pytest.mark.django_db(transaction=True)  # each part is asked on a connection of its own


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    from frontend import health

    health._told.clear()
    yield
    health._told.clear()


def test_a_process_that_answers_is_alive_whatever_name_it_is_asked_by() -> None:
    answer = Client().get("/healthz", headers={"host": "10.1.2.3"})
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_a_town_in_which_all_is_well_is_ready() -> None:
    answer = Client().get("/readyz")
    told = answer.json()
    assert answer.status_code == 200
    assert told["status"] == "well"
    assert {part: told["parts"][part]["grade"] for part in Part} == {
        **dict.fromkeys(Part, Grade.WELL),
        Part.MALWARE_SCANNER: Grade.OFF,
    }
    assert answer["Cache-Control"] == "no-store"


def test_a_store_that_is_gone_is_named_and_the_rest_goes_on(store: Path) -> None:
    Client().get("/readyz")
    for path in sorted(store.rglob("*"), reverse=True):
        path.rmdir()
    store.rmdir()
    _forget()
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "impaired"
    told = answer.json()["parts"][Part.OBJECT_STORE]
    assert told["grade"] == Grade.AWAY
    assert "Neue Post wird nicht angenommen" in told["sentence"]


def test_a_broker_that_is_gone_is_named() -> None:
    from celery import current_app

    before = current_app.conf.broker_url
    current_app.conf.broker_url = "redis://127.0.0.1:1/0"
    try:
        told = Client().get("/readyz").json()["parts"][Part.BROKER]
    finally:
        current_app.conf.broker_url = before
    assert told["grade"] == Grade.AWAY


def test_without_the_database_the_product_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db.backends.base.base import BaseDatabaseWrapper

    def refuse(self: Any) -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as patched:
        patched.setattr(BaseDatabaseWrapper, "connect", refuse)
        answer = Client().get("/readyz")
    assert answer.status_code == 503
    told = answer.json()
    assert told["status"] == "unavailable"
    assert told["parts"][Part.DATABASE]["grade"] == Grade.AWAY
    assert told["parts"][Part.WORKERS]["sentence"] == "Nicht zu erfahren, solange die Datenbank nicht antwortet."


def test_what_waits_and_what_is_read_are_counted_apart() -> None:
    from dms.access.actors import system_ingest
    from dms.audit.door import change
    from dms.audit.events import Event
    from ingest.models import ItemVerb
    from tests import factories

    begun, *_waiting = (factories.item(at=timezone.now()) for _number in range(3))
    with change(system_ingest(), Event.ITEM_ADVANCED, begun, chain=begun.chain, verb=ItemVerb.ADVANCE) as opened:
        opened.save(opened.target)
    told = Client().get("/readyz").json()["parts"][Part.WORKERS]
    assert told["sentence"] == "2 Eingänge warten, 1 wird gelesen."


def test_a_part_that_hangs_is_told_as_away_and_not_asked_a_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    from frontend import health

    answers = threading.Event()
    asked: list[str] = []

    def hang() -> Condition:
        asked.append("once")
        assert answers.wait(60)
        return Condition(Part.SEARCH, Grade.WELL, "Da bin ich.")

    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setitem(health.QUESTIONS, Part.SEARCH, hang)
    try:
        for _ in range(3):
            told = Client().get("/readyz").json()["parts"][Part.SEARCH]
            assert told == {"grade": Grade.AWAY, "sentence": "Keine Antwort innerhalb von fünf Sekunden."}
            _forget()
        assert asked == ["once"]
    finally:
        answers.set()
    health._asking[Part.SEARCH].result(timeout=60)
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 30)
    assert Client().get("/readyz").json()["parts"][Part.SEARCH]["grade"] == Grade.WELL
    assert asked == ["once", "once"]


def test_a_part_that_answers_late_is_told_as_slow(monkeypatch: pytest.MonkeyPatch, clerk: Client) -> None:
    from frontend import health

    monkeypatch.setattr(health, "SLOW_SECONDS", 0)
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "impaired"
    told = answer.json()["parts"][Part.DATABASE]
    assert told["grade"] == Grade.SLOW
    assert told["sentence"].startswith("Die Datenbank antwortet. Die Antwort kommt aber langsam")
    _forget()
    page = clerk.get("/status/").content.decode()
    assert "Alles geht, aber langsamer als sonst." in page
    assert told["sentence"] in page


def test_people_read_the_same_on_the_status_page(clerk: Client) -> None:
    page = clerk.get("/status/").content.decode()
    assert "Alles in Ordnung." in page
    assert "Es ist kein Virenscanner eingerichtet" in page


def test_the_status_page_wants_a_login() -> None:
    assert Client().get("/status/").status_code == 302


@override_settings(DEBUG=False)
def test_a_page_without_the_database_says_so_and_tries_again(clerk: Client, lost_database: None) -> None:
    clerk.raise_request_exception = False
    answer = clerk.get("/inbox/")
    assert answer.status_code == 503
    assert "Registratur ist gleich wieder da" in answer.content.decode()
    assert answer["Retry-After"] == "10"


def test_a_program_without_the_database_gets_a_problem_in_json(clerk: Client, lost_database: None) -> None:
    clerk.raise_request_exception = False
    answer = clerk.get("/api/v1/inbox/")
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "database_unavailable"


@pytest.fixture
def lost_database(monkeypatch: pytest.MonkeyPatch, clerk: Client) -> None:
    """The connection is lost after the login; the server is there for the other tests."""
    from django.db.backends.utils import CursorWrapper

    def lose(self: Any, *arguments: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(CursorWrapper, "execute", lose)


def _forget() -> None:
    from frontend import health

    health._told.clear()
