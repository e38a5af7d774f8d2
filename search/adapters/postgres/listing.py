"""The statement for a question without words: the list of all that a person may see, by day, with its facets.

What lies under each kind, year and state is counted once, together; the few hundred sums that come out make up all
facets. The page of the list is read off an index, and no vector and no text of any other entry is touched.
"""

from __future__ import annotations

from typing import Any

from search.german.analysis import clean
from search.ports import SearchQuery, Sort


def build_list(query: SearchQuery) -> tuple[str, dict[str, Any]]:
    """SQL with named parameters, giving one JSON object like that of `search.adapters.postgres.statement`."""
    chosen = {
        "kind": sorted(map(clean, query.kinds)),
        "year": sorted(query.years),
        "state": sorted(map(clean, query.states)),
    }
    narrowed = [f"AND {name} = ANY(%({name})s)" for name, values in chosen.items() if values]
    tests = {name: f"{name} = ANY(%({name})s)" if values else "true" for name, values in chosen.items()}
    parameters = {
        **chosen, "scopes": sorted(query.scopes), "clearance": query.clearance, "offset": query.offset,
        "limit": query.limit,
    }  # fmt: skip
    order = "day, received_at, id" if query.sort is Sort.OLDEST else "day DESC, received_at DESC, id DESC"
    return _SQL.format(narrowed=" ".join(narrowed), order=order, **tests), parameters


_SQL = """
WITH within AS NOT MATERIALIZED (
    SELECT * FROM search_entry WHERE generation_id = (SELECT id FROM search_generation WHERE stage = 'live')
    AND scope_id = ANY(%(scopes)s) AND level <= %(clearance)s AND NOT removed
), sums AS MATERIALIZED (
    SELECT *, {kind} AS by_kind, {year} AS by_year, {state} AS by_state
    FROM (SELECT kind, year, state, count(*) AS n FROM within GROUP BY 1, 2, 3) counted
), shown AS MATERIALIZED (
    SELECT id, document_id, row_number() OVER (ORDER BY {order}) AS place
    FROM (SELECT id, document_id, day, received_at FROM within WHERE true {narrowed}
          ORDER BY {order} OFFSET %(offset)s LIMIT %(limit)s) listed
), best AS (
    SELECT h.place, h.document_id, p.number, left(p.text, 60000) AS text FROM shown h LEFT JOIN LATERAL (
        SELECT number, text FROM search_page WHERE entry_id = h.id ORDER BY number LIMIT 1
    ) p ON true
)
SELECT jsonb_build_object(
    'count', (SELECT coalesce(sum(n), 0) FROM sums WHERE by_kind AND by_year AND by_state),
    'found', (SELECT coalesce(sum(n), 0) FROM sums), 'similar', 0,
    'kind', (SELECT jsonb_object_agg(kind, n) FROM (
        SELECT kind, sum(n) AS n FROM sums WHERE by_year AND by_state GROUP BY 1) f),
    'year', (SELECT jsonb_object_agg(year, n) FROM (
        SELECT year, sum(n) AS n FROM sums WHERE by_kind AND by_state GROUP BY 1) f),
    'state', (SELECT jsonb_object_agg(state, n) FROM (
        SELECT state, sum(n) AS n FROM sums WHERE by_kind AND by_year GROUP BY 1) f),
    'hits', (SELECT jsonb_agg(jsonb_build_array(document_id, 0, number, text, false) ORDER BY place) FROM best)
)
"""
