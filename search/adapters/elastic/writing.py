"""How entries get to the server: in bulk, no more at a time than it can take, and never an older state over a newer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk

from search.ports import SearchUnavailable

_CHUNK, _CHUNK_BYTES = 200, 8_000_000
_RETRIES, _FIRST_PAUSE, _LONGEST_PAUSE = 6, 0.5, 16.0
"""When the server says that it has too much to do, for about half a minute."""
_CANNOT = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
_NEWER = re.compile(r"current version \[(\d+)\]")

Action = dict[str, Any]


class EntryRefused(ValueError):
    """The server cannot take this entry, now or later."""


class TargetGone(SearchUnavailable):
    """Since it was looked up, another index has taken the place of the one that was written to."""


def action(target: str, source: dict[str, Any], version: int) -> Action:
    meta = {"_index": target, "_id": source["id"], "_version": version, "_version_type": "external"}
    return {"_op_type": "index", **meta, "_source": source}


def write(server: Elasticsearch, actions: Iterable[Action]) -> int:
    """Gives the highest number of a state that was newer than the one written (0: there was none). Raises
    EntryRefused, TargetGone, SearchUnavailable."""
    newest = 0
    for done in _send(server, actions):
        status, error = done["status"], done.get("error") or {}
        if status == HTTPStatus.CONFLICT:
            newest = max(newest, _newer_version(error))
        elif status == HTTPStatus.NOT_FOUND:
            raise TargetGone(_reason(error))
        elif status in _CANNOT:
            raise EntryRefused(f"{done['_id']}: {_reason(error)}")
        elif not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise SearchUnavailable(f"{status}: {_reason(error)}")
    return newest


def _send(server: Elasticsearch, actions: Iterable[Action]) -> Iterator[dict[str, Any]]:
    """What became of each."""
    sent = streaming_bulk(
        server,
        actions,
        chunk_size=_CHUNK,
        max_chunk_bytes=_CHUNK_BYTES,
        max_retries=_RETRIES,
        initial_backoff=_FIRST_PAUSE,
        max_backoff=_LONGEST_PAUSE,
        raise_on_error=False,
        raise_on_exception=False,
        require_alias=True,
    )
    for _, item in sent:
        yield from item.values()


def _newer_version(error: Any) -> int:
    found = _NEWER.search(_reason(error))
    return int(found.group(1)) if found else 0


def _reason(error: Any) -> str:
    """An answer for one entry has a reason; a fault of the whole request comes as a sentence."""
    return str(error.get("reason", error)) if isinstance(error, dict) else str(error)
