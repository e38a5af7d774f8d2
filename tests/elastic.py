"""A search index for tests, on the Elasticsearch of the test run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from elasticsearch import Elasticsearch

from config.search import search_index_choice
from dms.adapters.chosen import build_adapter
from search.adapters.elastic import ElasticIndex
from search.adapters.elastic.connection import connect
from search.ports import IndexMissing


def search_index_settings(server: Mapping[str, str], name: str) -> dict[str, Any]:
    """What settings.SEARCH_INDEX would be for this server."""
    return search_index_choice({**server, "ELASTICSEARCH_INDEX": name}.get)


def empty_index(settings: Mapping[str, Any]) -> ElasticIndex:
    """Ready for use. What an earlier test has left is taken out: that is much quicker than to make an index."""
    index: ElasticIndex = build_adapter(settings)
    with server_of(settings) as server:
        for name, told in server.indices.get_alias(index=f"{settings['name']}-*").items():
            if any(alias.endswith("-building") for alias in told["aliases"]):
                server.indices.delete(index=name)
    try:
        index.remove([document_id for document_id, _ in index.digests()])
    except IndexMissing:
        index.begin_rebuild().finish()
    return index


@contextmanager
def server_of(settings: Mapping[str, Any]) -> Iterator[Elasticsearch]:
    access = {name: value for name, value in settings.items() if name not in ("adapter", "name")}
    with connect(**access) as server:
        yield server


@contextmanager
def wiped(settings: Mapping[str, Any]) -> Iterator[None]:
    """Leaves no index behind."""
    yield
    with server_of(settings) as server:
        for index in server.indices.get_alias(index=f"{settings['name']}-*"):
            server.indices.delete(index=index)
