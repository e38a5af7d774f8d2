"""Which search index the environment asks for, and how it is reached."""

from __future__ import annotations

from collections.abc import Callable

POSTGRES = "search.adapters.postgres.PostgresIndex"
ELASTIC = "search.adapters.elastic.ElasticIndex"


def search_index_choice(env: Callable[[str, str], str]) -> dict[str, str]:
    """Elasticsearch where its address is given, else the product's own database; SEARCH_INDEX names another adapter."""
    url = env("ELASTICSEARCH_URL", "")
    adapter = env("SEARCH_INDEX", ELASTIC if url else POSTGRES)
    if adapter != ELASTIC:
        return {"adapter": adapter}
    return {
        "adapter": adapter,
        "url": url,
        "name": env("ELASTICSEARCH_INDEX", "registratur"),
        "user": env("ELASTICSEARCH_USER", ""),
        "password": env("ELASTICSEARCH_PASSWORD", ""),
        "api_key": env("ELASTICSEARCH_API_KEY", ""),
        "ca": env("ELASTICSEARCH_CA", ""),
    }
