"""While mail runs, the clock of the machine jumps: forward, back, and to and fro.

The clock is that of all programs of the product (`turned_clock.c`); what steady clocks measure goes on, as on a machine
whose time is set. Files bear the time at which they were really written, so after a jump back all come from the
future. PostgreSQL, Redis, Elasticsearch and MinIO stand elsewhere, so to speak, and keep the right time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests

from tests.crash.conftest import ALONE, BOTH, FULL_STACK, Morning, mornings_of, skip_without_full_stack
from tests.crash.post import state_folder_below
from tests.crash.product import Product
from tests.crash.told import assert_alive, assert_people_are_told, logged_in, wait_for_grade, wait_until_all_is_well

pytestmark = pytest.mark.skipif("REGISTRATUR_TEST_STACK" not in os.environ, reason="tried by `make test-stack`")
SOURCE = Path(__file__).with_name("turned_clock.c")
RIGHT = timedelta(0)
LONG, MIDDLE, SHORT = timedelta(days=3), timedelta(minutes=40), timedelta(minutes=10)
PAUSE_SECONDS = 6


class TurnedClock:
    """The product's clock; `turn` sets it so much before or after the right time."""

    def __init__(self, product: Product, file: Path) -> None:
        self.product, self._file = product, file

    def turn(self, by: timedelta) -> None:
        draft = self._file.with_suffix(".new")
        draft.write_text(f"{int(by.total_seconds())}\n", encoding="ascii")
        draft.chmod(0o644)
        draft.replace(self._file)


@pytest.fixture(scope="module")
def clock(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnedClock]:
    if not (compiler := shutil.which("cc")):
        pytest.skip("no C compiler is installed (Debian packages gcc and libc6-dev)")
    full_stack = request.param == FULL_STACK
    if full_stack:
        skip_without_full_stack()
    state = state_folder_below(tmp_path_factory.mktemp("clock"))
    file = state.parent / "clock"
    library = state.parent / "turned_clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, SOURCE], check=True)
    turned = {"LD_PRELOAD": str(library), "TURNED_CLOCK": str(file)}
    found = TurnedClock(Product(state, full_stack=full_stack, given=turned), file)
    found.turn(RIGHT)
    try:
        found.product.start()
        yield found
    finally:
        found.product.stop()
        found.product.discard()


@pytest.fixture
def morning(clock: TurnedClock, state: Callable[[str], None]) -> Iterator[Morning]:
    yield mornings_of(clock.product, state, FULL_STACK if clock.product.full_stack else ALONE)
    clock.turn(RIGHT)


@pytest.mark.parametrize("clock", [ALONE], indirect=True)
@pytest.mark.parametrize("by", [-LONG, LONG, -MIDDLE, MIDDLE], ids=["back by days", "on by days", "back", "on"])
def test_the_clock_jumps_and_stays_wrong(clock: TurnedClock, morning: Morning, by: timedelta) -> None:
    with morning(f"the clock turned by {by}") as post:
        post.deliver()
        time.sleep(PAUSE_SECONDS)
        clock.turn(by)
        wait_until_all_is_well(clock.product)
        assert _is_wrong(clock.product), "the product's clock was not turned"


@pytest.mark.parametrize("clock", BOTH, indirect=True)
def test_the_clock_jumps_to_and_fro(clock: TurnedClock, morning: Morning) -> None:
    with morning("the clock turned to and fro") as post:
        post.deliver()
        for by in (LONG, -LONG, MIDDLE, -MIDDLE, SHORT):
            clock.turn(by)
            time.sleep(PAUSE_SECONDS)
            assert_alive(clock.product)
        clock.turn(RIGHT)
        wait_until_all_is_well(clock.product)


@pytest.mark.parametrize("clock", [FULL_STACK], indirect=True)
def test_a_bucket_that_refuses_us_because_of_the_clock_is_told(clock: TurnedClock, morning: Morning) -> None:
    with morning("a bucket that refuses the wrong time") as post:
        clock.turn(MIDDLE)
        post.deliver()
        wait_for_grade(clock.product, "object_store", "away", said=lambda sentence: "weist uns ab" in sentence)
        assert_people_are_told(clock.product, logged_in(clock.product), "The clocks of this machine and of the server")
        time.sleep(PAUSE_SECONDS)
        assert not post.acknowledged
        clock.turn(RIGHT)
        wait_until_all_is_well(clock.product)


def _is_wrong(product: Product) -> bool:
    """By the time that the web process puts into its answers."""
    told = parsedate_to_datetime(requests.get(f"{product.url}/healthz", timeout=30).headers["Date"])
    return abs(told - datetime.now(UTC)) > timedelta(minutes=20)
