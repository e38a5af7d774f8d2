"""A town for bad days: by itself, or on the full stack; and the mail of one morning for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count

import pytest

from scripts.stack import elasticsearch, minio
from tests.crash.disks import small_disk
from tests.crash.onlooker import Onlooker
from tests.crash.post import Post, session_of, state_folder_below
from tests.crash.product import Product

FILES, UPLOADS = 6, 6
SETTLE_SECONDS = 600
ALONE, FULL_STACK = "alone", "full stack"
BOTH = [ALONE, FULL_STACK]

numbers = count(step=100)
Morning = Callable[[str], AbstractContextManager[Post]]


def skip_without_full_stack() -> None:
    if missing := elasticsearch.why_not() or minio.why_not():
        pytest.skip(missing)


@pytest.fixture(scope="module")
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Runs; its objects lie on a small disk where this machine lets us make one. Parametrized with one of BOTH."""
    product = Product(state_folder_below(tmp_path_factory.mktemp("town")), full_stack=request.param == FULL_STACK)
    if product.full_stack:
        skip_without_full_stack()
    try:
        with small_disk(product.stored):
            try:
                product.start()
                yield product
            finally:
                product.stop()
    finally:
        product.discard()


@pytest.fixture
def morning(town: Product, state: Callable[[str], None]) -> Morning:
    return mornings_of(town, state, FULL_STACK if town.full_stack else ALONE)


def mornings_of(product: Product, state: Callable[[str], None], where: str) -> Morning:
    """`with morning("without the database") as post:` – mail for the block to deliver, while somebody looks on; at its
    end everything must have arrived, once and whole."""

    @contextmanager
    def one(occasion: str) -> Iterator[Post]:
        first = next(numbers)
        files, uploads = range(first, first + FILES), range(first + FILES, first + FILES + UPLOADS)
        post = Post(product, session_of(product), files, uploads)
        with Onlooker(product, post.api) as onlooker:
            yield post
            post.wait_until_settled(SETTLE_SECONDS)
        post.assert_each_arrived_once()
        post.assert_the_books_agree(state, f"{where}, {occasion}")
        post.assert_found([*files[:2], *uploads[:2]])
        assert onlooker.seen, "nobody saw anything"
        assert not onlooker.faults

    return one
