"""While mail runs, the services that the product stands on go away and come back, alone and all at once.

Whatever happens, every acknowledged letter is there exactly once, nothing is half visible, the chain verifies, index
and database agree, and `/readyz` names what is wrong in plain words meanwhile.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests

from scripts.stack import elasticsearch, minio
from tests.crash.post import Post, session_of, state_folder_below
from tests.crash.product import Product

pytestmark = pytest.mark.skipif("REGISTRATUR_TEST_STACK" not in os.environ, reason="tried by `make test-stack`")
FILES, UPLOADS = 10, 8
AWAY_SECONDS = 6
SETTLE_SECONDS = 240
STORE_MB = 48

numbers = count(step=100)


@pytest.fixture(scope="module", params=["alone", "full stack"])
def product(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """By itself, with objects on a small disk where this machine lets us make one; or on the full stack."""
    full_stack = request.param == "full stack"
    if full_stack:
        skip_without_full_stack()
    state = state_folder_below(tmp_path_factory.mktemp("town"))
    with small_disk(state / "objects") if not full_stack else nullcontext():
        product = Product(state, full_stack=full_stack)
        try:
            product.start()
            yield product
        finally:
            product.stop()


@pytest.fixture
def post(product: Product) -> Post:
    first = next(numbers)
    return Post(
        product, session_of(product), range(first, first + FILES), range(first + FILES, first + FILES + UPLOADS)
    )


@pytest.mark.parametrize(
    ("stopped", "part"),
    [
        (("servers:postgresql",), "database"),
        (("servers:redis",), "broker"),
        (("servers:postgresql", "servers:redis"), "database"),
    ],
    ids=["database", "broker", "database and broker"],
)
def test_servers_go_away_and_come_back(
    product: Product, post: Post, stopped: tuple[str, ...], part: str, state: Callable[[str], None]
) -> None:
    post.deliver()
    time.sleep(1.5)
    product.control("stop", *stopped)
    told = wait_for_grade(product, part, "away")
    time.sleep(AWAY_SECONDS)
    product.control("start", *stopped)
    wait_for_grade(product, part, "well")
    settle(post, state, f"without {part}")
    assert told


def test_the_store_goes_away_and_comes_back(product: Product, post: Post, state: Callable[[str], None]) -> None:
    post.deliver()
    time.sleep(1.5)
    with store_away(product):
        wait_for_grade(product, "object_store", "away")
        assert requests.get(f"{product.url}/login/", timeout=30).status_code == 200
        assert post.api.get(f"{product.url}/api/v1/search/?q=Kennwort", timeout=30).status_code == 200
        time.sleep(AWAY_SECONDS)
    wait_for_grade(product, "object_store", "well")
    settle(post, state, "without the store")


def test_everything_goes_away_and_comes_back(product: Product, post: Post, state: Callable[[str], None]) -> None:
    post.deliver()
    time.sleep(1.5)
    with store_away(product):
        product.control("stop", "servers:redis", "servers:postgresql")
        time.sleep(AWAY_SECONDS)
        answer = requests.get(f"{product.url}/healthz", timeout=30)
        assert answer.status_code == 200
        page = requests.get(f"{product.url}/", cookies={"sessionid": "0" * 32}, timeout=60)
        assert page.status_code == 503
        assert "Registratur ist gleich wieder da" in page.text
    product.control("start", "servers:redis", "servers:postgresql")
    wait_for_grade(product, "database", "well")
    settle(post, state, "without anything")


def test_a_full_disk_takes_nothing_in_and_loses_nothing(
    product: Product, post: Post, state: Callable[[str], None]
) -> None:
    filler = product.state / "objects" / "filler"
    only_on_a_small_disk(product)
    with filler.open("wb") as stream:
        while True:
            try:
                stream.write(bytes(64 * 1024))
                stream.flush()
            except OSError:
                break
    wait_for_grade(product, "object_store", "away")
    post.deliver()
    time.sleep(AWAY_SECONDS)
    assert not post.acknowledged
    filler.unlink()
    settle(post, state, "after a full disk")


def test_a_read_only_store_takes_nothing_in_and_loses_nothing(
    product: Product, post: Post, state: Callable[[str], None]
) -> None:
    only_on_a_small_disk(product)
    remount(product.state / "objects", "ro")
    try:
        wait_for_grade(product, "object_store", "away")
        post.deliver()
        time.sleep(AWAY_SECONDS)
        assert not post.acknowledged
    finally:
        remount(product.state / "objects", "rw")
    settle(post, state, "after a read-only store")


def test_wrong_bytes_in_the_store_are_named_and_never_given_out(product: Product, post: Post) -> None:
    if product.full_stack:
        pytest.skip("MinIO's own files are changed in tests/integration/dms/test_s3_store.py")
    answer = post.api.post(
        f"{product.url}/api/v1/inbox/", files={"file": ("verfälscht.txt", b"Guten Tag, Kaufvertrag.")}
    )
    item = answer.json()["id"]
    while (found := post.api.get(f"{product.url}/api/v1/inbox/{item}/").json())["state"] in {"waiting", "working"}:
        time.sleep(0.2)
    (stored,) = [
        p for p in (product.state / "objects").rglob("*") if p.is_file() and p.read_bytes()[:9] == b"Guten Tag"
    ][:1]
    stored.chmod(0o600)
    stored.write_bytes(b"Guten Tag, Kaufvertrag?")
    given = post.api.get(f"{product.url}/api/v1/documents/{found['documents'][0]['id']}/original/")
    assert given.status_code == 500
    assert "beschädigt" in given.json()["detail"]


def test_anything_is_killed_at_random(product: Product, post: Post, state: Callable[[str], None]) -> None:
    chance = random.Random(20261125)
    post.deliver()
    killed = []
    begun = time.monotonic()
    while post.is_on_its_way() or time.monotonic() - begun < 25:
        time.sleep(chance.uniform(0.5, 2))
        killed.append(product.kill(chance))
    assert len([name for name in killed if name]) >= 8
    settle(post, state, "after kill -9 of anything")


def test_the_search_goes_away_and_catches_up_by_itself(
    product: Product, post: Post, state: Callable[[str], None]
) -> None:
    if not product.full_stack:
        pytest.skip("alone, the search is part of the database")
    post.deliver()
    time.sleep(1.5)
    product.control("stop", "servers:elasticsearch")
    wait_for_grade(product, "search", "away")
    assert post.api.get(f"{product.url}/api/v1/documents/", timeout=30).status_code == 200
    answer = post.api.get(f"{product.url}/api/v1/search/?q=Kennwort", timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (503, "search_unavailable")
    time.sleep(AWAY_SECONDS)
    product.control("start", "servers:elasticsearch")
    wait_for_grade(product, "search", "well", seconds=120)
    settle(post, state, "without the search")


def settle(post: Post, state: Callable[[str], None], occasion: str) -> None:
    post.wait_until_settled(SETTLE_SECONDS)
    post.assert_each_arrived_once()
    post.assert_the_books_agree(state, occasion)
    post.assert_found([*post.files[:2], *post.uploads[:2]])


def wait_for_grade(product: Product, part: str, grade: str, seconds: float = 60) -> str:
    """The sentence that `/readyz` says of the part, once it is so."""
    deadline = time.monotonic() + seconds
    told: Any = None
    while time.monotonic() < deadline:
        try:
            told = requests.get(f"{product.url}/readyz", timeout=30).json()
            if told["parts"][part]["grade"] == grade:
                return str(told["parts"][part]["sentence"])
        except requests.RequestException as error:
            told = error
        time.sleep(0.5)
    pytest.fail(f"{part} is not told as {grade}: {told}")


@contextmanager
def store_away(product: Product) -> Iterator[None]:
    """As a network drive that is gone: the folder is there, empty, and is not the store."""
    if product.full_stack:
        product.control("stop", "servers:minio")
        yield
        product.control("start", "servers:minio")
        return
    objects = product.state / "objects"
    if os.path.ismount(objects):
        cover = objects
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", cover], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", "--lazy", cover], check=True)
        return
    aside = objects.with_name("objects.aside")
    objects.rename(aside)
    objects.mkdir()
    try:
        yield
    finally:
        objects.rmdir()
        aside.rename(objects)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True)
    mounted = (
        os.getuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={STORE_MB}m,mode=700", "tmpfs", folder],
            capture_output=True,
            check=False,
        ).returncode
    )
    try:
        yield
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", folder], check=False)


def skip_without_full_stack() -> None:
    if missing := elasticsearch.why_not() or minio.why_not():
        pytest.skip(missing)


def only_on_a_small_disk(product: Product) -> None:
    if product.full_stack:
        pytest.skip("the disk of MinIO is the machine's own")
    if not os.path.ismount(product.state / "objects"):
        pytest.skip("this machine lets nobody but root mount a small disk")


def remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", folder], check=True)
