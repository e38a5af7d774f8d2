"""How Elasticsearch is reached, and which of its faults mean that it does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from elasticsearch import ApiError, Elasticsearch, TransportError

from search.ports import IndexMissing, SearchUnavailable

LOOK_SECONDS, SEARCH_SECONDS, WRITE_SECONDS = 3, 10, 120
"""How long an answer is waited for: whether it is there, a search, a bulk of entries on a busy server."""
_OUR_FAULT = frozenset({400, 413})
"""What was sent is wrong. Everything else (not there, no room, no right, too busy) is about the server and may pass."""


class NoShard(SearchUnavailable):
    """What was asked had an index when it began; a rebuild may have put another one in its place meanwhile."""


def connect(url: str, *, user: str = "", password: str = "", api_key: str = "", ca: str = "") -> Elasticsearch:
    """`url`: one or several, separated by commas, each with its port; `ca`: a file. Nothing is sent yet. Raises
    ValueError or OSError for settings that cannot work."""
    options: dict[str, Any] = {"request_timeout": WRITE_SECONDS, "max_retries": 2}
    if api_key and user:
        raise ValueError("both a user and an API key are given; one of them is enough")
    if api_key:
        options["api_key"] = api_key
    elif user:
        options["basic_auth"] = (user, password)
    if ca:
        Path(ca).open("rb").close()
        options["ca_certs"] = ca
    urls = [part.strip() for part in url.split(",") if part.strip()]
    if not urls:
        raise ValueError("ELASTICSEARCH_URL is not set")
    return Elasticsearch(urls, **options)


@contextmanager
def available() -> Iterator[None]:
    """Whatever the server does not answer, or answers with a fault of its own, becomes SearchUnavailable."""
    try:
        yield
    except TransportError as error:
        raise SearchUnavailable(str(error)) from error
    except ApiError as error:
        if error.status_code in _OUR_FAULT:
            raise
        if error.error == "index_not_found_exception":
            raise IndexMissing(str(error)) from error
        refused = NoShard if "no_shard_available" in str(error.body) else SearchUnavailable
        raise refused(f"{error.status_code}: {error.message}") from error
