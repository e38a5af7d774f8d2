"""While mail runs, the services that the product stands on go away and come back, alone and all at once.

Whatever happens, every acknowledged letter is there exactly once and byte for byte, nothing is half visible, the chain
verifies, index and database agree, and `/readyz` and the status page name what is wrong in plain words meanwhile.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.crash.conftest import BOTH, Morning
from tests.crash.disks import full, only_on_a_small_disk, read_only, store_away
from tests.crash.post import Post, session_of
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
    pytest.mark.parametrize("town", BOTH, indirect=True),
]
AWAY_SECONDS = 6
UNDER_WAY_SECONDS = 1.5
KILL_SECONDS = 25


@pytest.fixture
def browser(town: Product) -> requests.Session:
    return logged_in(town)


@pytest.mark.parametrize(
    "stopped",
    [("servers:postgresql",), ("servers:postgresql", "servers:redis")],
    ids=["database", "database and broker"],
)
def test_the_database_goes_away_and_comes_back(
    town: Product, morning: Morning, browser: requests.Session, stopped: tuple[str, ...]
) -> None:
    with morning(f"without {' and '.join(stopped)}") as post:
        _under_way(post)
        town.control("stop", *stopped)
        assert "Die Datenbank antwortet nicht" in wait_for_grade(town, "database", "away")
        assert_alive(town)
        assert_people_are_asked_to_wait(town, browser)
        time.sleep(AWAY_SECONDS)
        town.control("start", *stopped)
        wait_until_all_is_well(town)


def test_the_broker_goes_away_and_comes_back(town: Product, morning: Morning, browser: requests.Session) -> None:
    with morning("without the broker") as post:
        _under_way(post)
        town.control("stop", "servers:redis")
        told = wait_for_grade(town, "broker", "away")
        assert "Die Warteschlange antwortet nicht" in told
        assert_people_are_told(town, browser, told)
        time.sleep(AWAY_SECONDS)
        town.control("start", "servers:redis")
        wait_until_all_is_well(town)


def test_the_store_goes_away_and_comes_back(town: Product, morning: Morning, browser: requests.Session) -> None:
    with morning("without the store") as post:
        _under_way(post)
        with store_away(town):
            _told_of_the_store(town, browser)
            assert requests.get(f"{town.url}/login/", timeout=30).status_code == requests.codes.ok
            assert _search(town, post).status_code == requests.codes.ok
            time.sleep(AWAY_SECONDS)
        wait_until_all_is_well(town)


def test_the_search_goes_away_and_catches_up_by_itself(
    town: Product, morning: Morning, browser: requests.Session
) -> None:
    if not town.full_stack:
        pytest.skip("alone, the search is part of the database")
    with morning("without the search") as post:
        _under_way(post)
        town.control("stop", "servers:elasticsearch")
        told = wait_for_grade(town, "search", "away")
        assert "Die Suche antwortet nicht" in told
        assert_people_are_told(town, browser, told)
        listed = post.api.get(f"{town.url}/api/v1/documents/", timeout=30)
        assert listed.status_code == requests.codes.ok
        answer = _search(town, post)
        assert (answer.status_code, answer.json()["code"]) == (503, "search_unavailable")
        time.sleep(AWAY_SECONDS)
        town.control("start", "servers:elasticsearch")
        wait_until_all_is_well(town)


def test_everything_goes_away_and_comes_back(town: Product, morning: Morning, browser: requests.Session) -> None:
    servers = ["servers:redis", "servers:postgresql", *(["servers:elasticsearch"] if town.full_stack else [])]
    with morning("without anything") as post:
        _under_way(post)
        with store_away(town):
            town.control("stop", *servers)
            wait_for_grade(town, "database", "away")
            time.sleep(AWAY_SECONDS)
            assert_alive(town)
            assert_people_are_asked_to_wait(town, browser)
        town.control("start", *servers)
        wait_until_all_is_well(town)


def test_a_full_disk_takes_nothing_in_and_loses_nothing(
    town: Product, morning: Morning, browser: requests.Session
) -> None:
    only_on_a_small_disk(town)
    with morning("with a full disk") as post:
        with full(town.stored):
            _told_of_the_store(town, browser)
            post.deliver()
            time.sleep(AWAY_SECONDS)
            assert not post.acknowledged
        wait_until_all_is_well(town)


def test_a_read_only_store_takes_nothing_in_and_loses_nothing(
    town: Product, morning: Morning, browser: requests.Session
) -> None:
    only_on_a_small_disk(town)
    with morning("with a read-only store") as post:
        with read_only(town.stored):
            _told_of_the_store(town, browser)
            post.deliver()
            time.sleep(AWAY_SECONDS)
            assert not post.acknowledged
        wait_until_all_is_well(town)


def test_wrong_bytes_in_the_store_are_named_and_never_given_out(town: Product) -> None:
    api = session_of(town)
    content = b"Guten Tag, hier ist der Kaufvertrag.\n" * 200
    answer = api.post(f"{town.url}/api/v1/inbox/", files={"file": ("verfälscht.txt", content)}, timeout=30)
    item = answer.json()["id"]
    where = f"{town.url}/api/v1/inbox/{item}/"
    while (found := api.get(where, timeout=30).json())["state"] in {"waiting", "working"}:
        time.sleep(0.5)
    (document,) = found["documents"]
    original = f"{town.url}/api/v1/documents/{document['id']}/original/"
    assert api.get(original, timeout=30).content == content
    _turn_a_bit_over(town.stored, item)
    given = api.get(original, timeout=60)
    assert given.status_code == requests.codes.internal_server_error
    assert "beschädigt" in given.json()["detail"]
    checked = town.manage("objects", "check")
    assert checked.returncode == 1
    assert "damaged" in checked.stdout + checked.stderr


def test_anything_is_killed_at_random(town: Product, morning: Morning, state: Callable[[str], None]) -> None:
    chance = random.Random(20261125)
    killed: Counter[str] = Counter()
    with morning("after kill -9 of anything") as post:
        post.deliver()
        begun = time.monotonic()
        while post.is_on_its_way() or time.monotonic() - begun < KILL_SECONDS:
            time.sleep(chance.uniform(0.5, 2))
            killed[town.kill(chance)] += 1
        wait_until_all_is_well(town)
    state(f"killed: {dict(killed)}")
    assert killed.total() - killed[""] >= 8
    assert len(killed.keys() & {"web", "worker", "postgres", "redis-server", "minio", "java"}) >= 3


def _under_way(post: Post) -> None:
    post.deliver()
    time.sleep(UNDER_WAY_SECONDS)


def _search(town: Product, post: Post) -> requests.Response:
    return post.api.get(f"{town.url}/api/v1/search/?q=Kennwort", timeout=30)


def _told_of_the_store(town: Product, browser: requests.Session) -> None:
    told = wait_for_grade(town, "object_store", "away")
    assert told.startswith("Der Dokumentenspeicher ")
    assert "schreibgeschützt" in told
    assert "Neue Post wird nicht angenommen" in told
    assert_people_are_told(town, browser, told)


def _turn_a_bit_over(stored: Path, item: str) -> None:
    """In the original of this item: a file in the folder, and in a bucket a folder with MinIO's files in it."""
    (found,) = (path for path in stored.rglob("original*") if path.parent.name == item)
    parts = [found] if found.is_file() else list(found.rglob("part.*"))
    for file in parts or [found / "xl.meta"]:
        damaged = bytearray(file.read_bytes())
        damaged[-2000] ^= 1
        file.chmod(0o600)
        file.write_bytes(damaged)
