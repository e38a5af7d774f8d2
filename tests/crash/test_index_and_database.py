"""Index and database agree whatever is killed: documents come, change and go while workers and rebuilds die."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.db import connections, transaction

from dms.audit.models import OutboxEntry
from scripts.run.environment import CHECKOUT
from search.comparison import compare
from search.indexer import TOPIC, drain, pending
from search.ports import SearchIndex
from tests.crash.index_worker import CHOICE, TableSource
from tests.database import wait_for_the_dead_to_leave
from tests.servers import Servers

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "owner"])]
DOCUMENTS, KILLED, DEADLINE_SECONDS = 25, 8, 240
ROLES = ("drain", "drain", "rebuild")


@pytest.fixture
def table() -> Iterator[None]:
    with connections["owner"].cursor() as owner:
        owner.execute("CREATE TABLE test_entries (id uuid PRIMARY KEY, text text NOT NULL)")
        owner.execute("GRANT ALL ON test_entries TO PUBLIC")
    yield
    with connections["owner"].cursor() as owner:
        owner.execute("DROP TABLE test_entries")


class Workers:
    """One for each of ROLES; whichever is killed is started again."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._running = [self._start(role) for role in ROLES]
        self.killed = Counter[str]()

    def kill_one(self, chance: random.Random) -> None:
        """At any moment of its work."""
        place = chance.randrange(len(ROLES))
        process = self._running[place]
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0, 0.4))
        self._end(process)
        self.killed[ROLES[place]] += 1
        self._running[place] = self._start(ROLES[place])

    def end(self) -> None:
        """Repeatable."""
        while self._running:
            self._end(self._running.pop())
        wait_for_the_dead_to_leave()

    def _start(self, role: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.crash.index_worker", role]
        return subprocess.Popen(command, cwd=CHECKOUT, env=self._environment, stdout=subprocess.PIPE)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGKILL)
        process.communicate()


@pytest.fixture
def workers(index: SearchIndex, table: None, servers: Servers, settings: LazySettings) -> Iterator[Workers]:
    database = str(connections["default"].settings_dict["NAME"])
    environment = {**os.environ, **servers.environment(database), CHOICE: json.dumps(settings.SEARCH_INDEX)}
    workers = Workers(environment)
    yield workers
    workers.end()


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_killed_the_index_says_in_the_end_what_the_database_says(
    index: SearchIndex, workers: Workers, seed: int, state: Callable[[str], None]
) -> None:
    chance, deadline, step = random.Random(seed), time.monotonic() + DEADLINE_SECONDS, 0
    while workers.killed.total() < KILLED and time.monotonic() < deadline:
        for _ in range(chance.randint(1, 8)):
            _change(chance, step := step + 1)
            time.sleep(chance.uniform(0, 0.1))
        workers.kill_one(chance)
    workers.end()
    drain(index, TableSource())
    assert pending() == 0
    assert workers.killed["drain"] >= 1
    assert list(compare(index, TableSource())) == []
    killed = f"{workers.killed['drain']} workers and {workers.killed['rebuild']} rebuilds"
    state(
        f"index and database ({type(index).__name__}, seed {seed}): {killed} killed during {step} changes; they agree"
    )


def _change(chance: random.Random, step: int) -> None:
    """Some documents come, change or go, each with its note, as the door writes them: in one transaction."""
    numbers = sorted(chance.sample(range(DOCUMENTS), chance.randint(1, 5)))
    with transaction.atomic(), connections["default"].cursor() as cursor:
        for document_id in (UUID(int=number + 1) for number in numbers):
            cursor.execute("DELETE FROM test_entries WHERE id = %s", [document_id])
            if chance.random() < 0.7:
                text = f"Stand {step} " + "Wort " * chance.randint(1, 400)
                cursor.execute("INSERT INTO test_entries VALUES (%s, %s)", [document_id, text])
        notes = [OutboxEntry(topic=TOPIC, target=UUID(int=number + 1)) for number in numbers]
        OutboxEntry.objects.bulk_create(
            notes, update_conflicts=True, unique_fields=["topic", "target"], update_fields=["since"]
        )
