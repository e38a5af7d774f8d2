"""What an index in Elasticsearch looks like: one entry per document with its pages inside, only fields named here.

The words come analysed (`search.german`), so the server's analysis has nothing to do but to part them at spaces. Kept
of an entry is what a search shows or counts; all else is only searched. Wherever words stand there are three fields:

- `lexemes`: everything the words can be found by, without order;
- `row`: one lexeme per word, the main one, in order: for phrases and nearness;
- `forms`: one lexeme per word, its form as written, at the same places as in `row`.
"""

from __future__ import annotations

from typing import Any

from elasticsearch.dsl import Mapping
from elasticsearch.dsl import field as f

NUMBER = 2
"""Raised whenever an index made by older code cannot serve newer code any more; a new index is built then."""
LAST_REACHED = 10_000
"""Hits beyond this place are not handed out; nobody leafs that far."""
MOST_PAGES = 100_000
MOST_VALUES = 10_000
"""Values of a facet that are counted: kinds, states and years are dozens."""

_WORDS: dict[str, Any] = {"analyzer": "whitespace", "norms": False}


def _words() -> dict[str, f.Field]:
    return {
        "lexemes": f.Text(index_options="docs", **_WORDS),
        "row": f.Text(index_options="positions", **_WORDS),
        "forms": f.Text(index_options="positions", **_WORDS),
    }


def _page() -> dict[str, f.Field]:
    """`text` is kept to show where the words stand."""
    return {**_words(), "number": f.Integer(index=False), "text": f.Text(index=False, store=True)}


def mapping() -> Mapping:
    made = Mapping()
    made.meta("dynamic", "strict")
    made.meta("_source", excludes=["lexemes", "heading", "pages"])
    made.field("id", f.Keyword(index=False))
    made.field("scope", f.Long())
    made.field("level", f.Byte())
    for name in ("kind", "state"):
        made.field(name, f.Keyword())
    made.field("year", f.Integer())
    for name in ("day", "received"):
        made.field(name, f.Date())
    made.field("digest", f.Keyword(index=False))
    made.field("removed", f.Boolean())
    made.field("lexemes", f.Text(index_options="docs", **_WORDS))
    made.field("heading", f.Object(properties=_words()))
    made.field("pages", f.Nested(properties=_page()))
    return made


def settings() -> dict[str, Any]:
    """For an index that is being filled; nobody searches it, so it need not be made visible all the time."""
    return {
        "number_of_shards": 1,  # counts and facets are exact then; a town's documents fit into one many times over
        "auto_expand_replicas": "0-1",
        "refresh_interval": "-1",
        "max_result_window": LAST_REACHED,
        "mapping.nested_objects.limit": MOST_PAGES,
    }
