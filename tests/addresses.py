"""The addresses of the product, from its URL patterns, and how their parts are filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PART = re.compile(r"<(\w+):(\w+)>")


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """As the patterns are written."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route


def filled(route: str, filling: dict[str, Any]) -> str:
    """The address. Raises KeyError for a part that nobody has thought about yet."""
    return "/" + PART.sub(lambda part: str(filling[part[2]]), route)
