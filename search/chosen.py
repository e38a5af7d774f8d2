"""Which index stands behind the search port: read from the settings once."""

from __future__ import annotations

from functools import cache
from typing import cast

from django.conf import settings

from dms.adapters.chosen import build_adapter
from search.ports import SearchIndex


@cache
def search_index() -> SearchIndex:
    return cast(SearchIndex, build_adapter(settings.SEARCH_INDEX))
