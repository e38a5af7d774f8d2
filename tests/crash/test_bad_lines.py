"""While mail runs, the line to one server becomes slow, or hangs half open: connections are made and never answered.

Everything arrives once and whole all the same, and `/readyz` and the status page name the part in plain words. The
worst is a database that hangs: then whole crowds wait for pages, and it can still be asked what is wrong.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import requests

from scripts.run.failure import SetUpError
from tests.crash.conftest import ALONE, BOTH, FULL_STACK, Morning, mornings_of, skip_without_full_stack
from tests.crash.far_servers import far_servers
from tests.crash.lines import Lines, lines_to
from tests.crash.post import state_folder_below
from tests.crash.product import Product
from tests.crash.told import (
    assert_alive,
    assert_people_are_asked_to_wait,
    assert_people_are_told,
    logged_in,
    wait_for_grade,
    wait_until_all_is_well,
)

pytestmark = [
    pytest.mark.skipif("REGISTRATUR_TEST_STACK" not in os.environ, reason="tried by `make test-stack`"),
    pytest.mark.parametrize("far_town", BOTH, indirect=True),
]
LATENCY_MS = {"database": 500, "broker": 450, "object_store": 650, "search": 2300}
"""So that what is asked takes two to five seconds in all."""
BAD_SECONDS = 15
CROWD, CROWD_SECONDS = 40, 8

FarTown = tuple[Product, Lines]


@pytest.fixture(scope="module")
def far_town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FarTown]:
    """The product runs, and reaches each of its servers by a line of its own."""
    full_stack = request.param == FULL_STACK
    if full_stack:
        skip_without_full_stack()
    state = state_folder_below(tmp_path_factory.mktemp("far"))
    with ExitStack() as running:
        servers = running.enter_context(far_servers(full_stack=full_stack))
        try:
            lines = running.enter_context(lines_to(servers.addresses, state.parent))
        except SetUpError as error:
            pytest.skip(str(error))
        product = Product(state, given=servers.settings(lines.ports))
        running.callback(product.stop)
        product.start()
        yield product, lines


@pytest.fixture
def morning(far_town: FarTown, state: Callable[[str], None]) -> Morning:
    return mornings_of(far_town[0], state, _where(far_town[1]))


@pytest.fixture
def browser(far_town: FarTown) -> requests.Session:
    return logged_in(far_town[0])


@pytest.mark.parametrize("server", LATENCY_MS)
def test_a_slow_line_is_told_and_everything_arrives(
    far_town: FarTown, morning: Morning, browser: requests.Session, server: str
) -> None:
    product, lines = far_town
    _only_where_it_is_far(lines, server)
    with morning(f"a slow line to {server}") as post:
        with lines.slow(server, LATENCY_MS[server]):
            post.deliver()
            told = wait_for_grade(product, server, "slow")
            assert "Die Antwort kommt aber langsam" in told
            assert_alive(product)
            page = browser.get(f"{product.url}/status/", timeout=60)
            assert "Die Antwort kommt aber langsam" in page.text
            time.sleep(BAD_SECONDS)
        wait_until_all_is_well(product)


@pytest.mark.parametrize("server", ["broker", "object_store", "search"])
def test_a_line_that_hangs_half_open_is_told_and_everything_arrives(
    far_town: FarTown, morning: Morning, browser: requests.Session, server: str
) -> None:
    product, lines = far_town
    _only_where_it_is_far(lines, server)
    with morning(f"a hanging line to {server}") as post:
        post.deliver()
        with lines.hanging(server):
            told = wait_for_grade(product, server, "away")
            assert_people_are_told(product, browser, told)
            assert_alive(product)
            listed = post.api.get(f"{product.url}/api/v1/documents/", timeout=30)
            assert listed.status_code == requests.codes.ok
            time.sleep(BAD_SECONDS)
        wait_until_all_is_well(product)


def test_a_database_that_hangs_half_open_is_told_however_many_wait_for_pages(
    far_town: FarTown, morning: Morning, browser: requests.Session
) -> None:
    product, lines = far_town
    with morning("a hanging line to database") as post:
        post.deliver()
        with lines.hanging("database"), _crowd(product, browser):
            wait_for_grade(product, "database", "away")
            assert_alive(product)
            assert_people_are_asked_to_wait(product, browser)
            assert_programs_are_asked_to_wait(product, post.api)
            time.sleep(BAD_SECONDS)
            wait_for_grade(product, "database", "away")
        wait_until_all_is_well(product)


def assert_programs_are_asked_to_wait(product: Product, api: requests.Session) -> None:
    """Between two of the crowd a thread is free for a moment: who gets it is told of the database instead."""
    told: list[str] = []
    while "busy" not in told and len(told) < CROWD:
        answer = api.get(f"{product.url}/api/v1/inbox/", timeout=60)
        assert answer.status_code == requests.codes.service_unavailable, answer.text
        told.append(answer.json()["code"])
    assert "busy" in told, told
    assert set(told) <= {"busy", "database_unavailable"}, told


def _only_where_it_is_far(lines: Lines, server: str) -> None:
    if server not in lines.ports:
        pytest.skip(f"alone, there is no line to {server}")


def _where(lines: Lines) -> str:
    return FULL_STACK if "search" in lines.ports else ALONE


class _crowd:  # noqa: N801 - reads as a context
    """More people than there are threads ask for a page, and who is asked to come back does so."""

    def __init__(self, product: Product, browser: requests.Session) -> None:
        self._url, self._cookies = f"{product.url}/inbox/", browser.cookies
        self._ended = threading.Event()
        self._people = [threading.Thread(target=self._ask, daemon=True) for _ in range(CROWD)]

    def __enter__(self) -> None:
        for person in self._people:
            person.start()
        self._ended.wait(CROWD_SECONDS)

    def __exit__(self, *reason: object) -> None:
        """Who still waits is let go by whatever mends the line."""
        self._ended.set()

    def _ask(self) -> None:
        while not self._ended.is_set():
            try:
                requests.get(self._url, cookies=self._cookies, timeout=120)
            except requests.RequestException:
                return  # what becomes of them is not the question
            self._ended.wait(2)
