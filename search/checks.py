"""What the search says when the product starts: whether it can take compounds apart and knows its index."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks

from search.chosen import search_index
from search.german.dictionary import DICTIONARIES


@checks.register
def dictionaries_are_installed(**kwargs: Any) -> list[checks.CheckMessage]:
    missing = [str(path) for path in DICTIONARIES if not path.is_file()]
    if not missing:
        return []
    return [
        checks.Warning(
            f"The German dictionaries {', '.join(missing)} are missing: parts of compound words are not found.",
            hint="Install wngerman and hunspell-de-de, then run `./manage.py search rebuild`.",
            id="search.W001",
        )
    ]


@checks.register
def index_is_chosen_well(**kwargs: Any) -> list[checks.CheckMessage]:
    """Of the settings alone; whether the server answers is seen when it is asked."""
    try:
        search_index()
    except (ImportError, TypeError, ValueError, OSError) as error:
        return [
            checks.Error(
                f"The search index cannot be used: {error}",
                hint="See SEARCH_INDEX and the settings ELASTICSEARCH_… in docs/settings.md.",
                id="search.E001",
            )
        ]
    url, secret = settings.SEARCH_INDEX.get("url", ""), settings.SEARCH_INDEX.get("password", "")
    if is_readable_on_the_way(url) and (secret or settings.SEARCH_INDEX.get("api_key")):
        return [
            checks.Warning(
                "Password and documents go to Elasticsearch unencrypted.",
                hint="Use https in ELASTICSEARCH_URL, and ELASTICSEARCH_CA for a certificate authority of your own.",
                id="search.W002",
            )
        ]
    return []


def is_readable_on_the_way(urls: str) -> bool:
    """Without TLS, to other than this machine or a neighbour in a network of its own (a name without a dot)."""
    parts = [urlsplit(url.strip()) for url in urls.split(",")]
    hosts = [part.hostname or "" for part in parts if part.scheme == "http"]
    return any(host not in {"127.0.0.1", "::1"} and ("." in host or ":" in host) for host in hosts)
