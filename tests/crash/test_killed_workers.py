"""Every acknowledged letter arrives exactly once, whatever is killed meanwhile, and nobody has to restart anything.

60 files in the watched folder and 40 uploads run; random processes of the worker are killed every moment; the broker is
flushed. (On the best-known peer 10 of 20 folder files and 9 of 20 acknowledged uploads arrived.)
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.crash.post import Post, session_of, state_folder_below
from tests.crash.product import Product

FILES, UPLOADS = range(60), range(60, 100)
SETTLE_SECONDS = 420


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    product = Product(state_folder_below(tmp_path_factory.mktemp("town")))
    try:
        product.start()
        yield product
    finally:
        product.stop()
        product.discard()


def test_a_hundred_letters_survive_killed_workers_and_a_flushed_broker(
    product: Product, state: Callable[[str], None]
) -> None:
    chance = random.Random(20261122)
    post = Post(product, session_of(product), FILES, UPLOADS)
    post.deliver()
    killed = _kill_while(product, post, chance)
    post.wait_until_settled(SETTLE_SECONDS)

    assert sum(killed.values()) >= 10, "too few were killed to prove anything"
    assert killed["pool"] >= 1, "no process that worked was killed"
    post.assert_each_arrived_once()
    post.assert_the_books_agree(state, "crash test")
    post.assert_found(chance.sample([*FILES, *UPLOADS], 10))
    state(f"crash test: killed {dict(killed)}; {len(post.acknowledged)} uploads acknowledged; each letter arrived once")


def _kill_while(product: Product, post: Post, chance: random.Random) -> Counter[str]:
    """Kills until everything was delivered, at least for 45 s; flushes the broker in the middle and at the end."""
    killed: Counter[str] = Counter()
    begun = time.monotonic()
    flushed = False
    while post.is_on_its_way() or time.monotonic() - begun < 45:
        time.sleep(chance.uniform(0.5, 2.5))
        if role := product.kill_one_worker(chance):
            killed[role] += 1
        if not flushed and time.monotonic() - begun > 8:
            product.flush_broker()
            flushed = True
    product.flush_broker()
    return killed
