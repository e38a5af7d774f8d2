"""The one SQL statement behind a search: finds, counts, facets, order, best pages, in one snapshot.

Scopes and clearance restrict the first step, so nothing later can see, count or show what the actor may not.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from search.adapters.postgres.ranking import LABELS, Evidence
from search.german.analysis import clean
from search.ports import SearchQuery, Sort

_FEWEST_RANKED, _MOST_RANKED, _EFFORT = 150, 400, 3_000
"""Documents that are ranked in full, fewer where there is more evidence to look at. Of more finds, those come first
that hold the more telling words, then those with the words in their headings, then the latest."""

_ORDERS = {
    Sort.RELEVANCE: "alike, score DESC, coalesce(worth, 0) DESC, day DESC, received_at DESC, id DESC",
    Sort.NEWEST: "day DESC, received_at DESC, id DESC",
    Sort.OLDEST: "day, received_at, id",
}


class Worth(NamedTuple):
    """How much it says for a document, at a first glance, that it matches."""

    weight: float
    tsquery: str


class Matching(NamedTuple):
    """Tsqueries of what is found, and of what is found as it was typed; the rest is similar."""

    wide: str
    exact: str


class Phrase(NamedTuple):
    """A tsquery that must hold (or, not `wanted`, must not hold) within the entry or within one of its pages."""

    tsquery: str
    wanted: bool


def build(
    query: SearchQuery,
    matching: Matching | None,
    phrases: list[Phrase],
    worths: list[Worth],
    evidence: list[Evidence],
    headings: str,
) -> tuple[str, dict[str, Any]]:
    """SQL with named parameters, giving one JSON object.

    `matching` says what is found (None: everything), narrowed by the phrases; what is similar stands behind. `worths`
    and the tsquery `headings` choose which documents are ranked by the whole evidence.
    """
    parameters: dict[str, Any] = {
        "scopes": sorted(query.scopes),
        "clearance": query.clearance,
        "kinds": sorted(map(clean, query.kinds)),
        "years": sorted(query.years),
        "states": sorted(map(clean, query.states)),
        "offset": query.offset,
        "limit": query.limit,
        "matching": matching and matching.wide,
        "exact": matching and matching.exact,
        "headings": headings,
        "labels": LABELS,
    }
    within = [
        "e.generation_id = (SELECT id FROM search_generation WHERE stage = 'live')",
        "e.scope_id = ANY(%(scopes)s)",
        "e.level <= %(clearance)s",
        "NOT e.removed",
    ]
    conditions = list(within)
    for number, phrase in enumerate(phrases):
        parameters[f"phrase{number}"] = phrase.tsquery
        test = f"@@ %(phrase{number})s::tsquery"
        conditions.append(
            f"{'' if phrase.wanted else 'NOT '}(e.words {test} OR EXISTS ("  # noqa: S608 - only numbers differ
            f"SELECT 1 FROM search_page p WHERE p.entry_id = e.id AND p.words {test}))"
        )
    score = _score(evidence, parameters)
    relevance = query.sort is Sort.RELEVANCE and bool(evidence)
    blurred = matching is not None and matching.exact != matching.wide
    return _SQL.format(
        entries=_matching("matching") if matching is not None else "search_entry e",
        similar="x.exact_id IS NULL" if blurred else "false",
        exact=_EXACT if blurred else "",
        conditions=" AND ".join(conditions),
        lifted="e.heading @@ %(headings)s::tsquery" if relevance else "false",
        entry_score=score if relevance else "0",
        page_score=score if evidence else "0",
        order=_ORDERS[query.sort if evidence or query.sort is not Sort.RELEVANCE else Sort.NEWEST],
        ranked=max(_FEWEST_RANKED, min(_MOST_RANKED, _EFFORT // max(len(evidence), 1))),
        worths=_worths(worths if relevance else [], within, parameters),
    ), parameters


_EXACT = (
    "LEFT JOIN (SELECT id AS exact_id FROM search_entry WHERE words @@ %(exact)s::tsquery OFFSET 0) x"
    " ON x.exact_id = e.id"
)


def _matching(parameter: str) -> str:
    """The entries that the inverted index gives. OFFSET keeps the planner from testing every vector of a scope instead,
    which it takes to be cheap because it does not count the cost of fetching them."""
    return f"(SELECT * FROM search_entry WHERE words @@ %({parameter})s::tsquery OFFSET 0) e"  # noqa: S608 - a name


def _worths(worths: list[Worth], within: list[str], parameters: dict[str, Any]) -> str:
    """One scan of the inverted index per word: no document's vector is read."""
    scans = []
    for number, worth in enumerate(worths):
        parameters[f"v{number}"], parameters[f"worth{number}"] = worth.tsquery, worth.weight
        scans.append(
            f"SELECT e.id, %(worth{number})s::float8 AS worth FROM {_matching(f'v{number}')}"  # noqa: S608 - numbers differ
            f" WHERE {' AND '.join(within)}"
        )
    return " UNION ALL ".join(scans) or "SELECT 0::bigint AS id, 0::float8 AS worth"


def _score(evidence: list[Evidence], parameters: dict[str, Any]) -> str:
    """An expression over `v`, the vector of a document or page."""
    sums = []
    for number, piece in enumerate(evidence):
        parameters[f"q{number}"], parameters[f"w{number}"] = piece.tsquery, piece.weight
        if piece.graded:
            sums.append(f"%(w{number})s::float8 * ts_rank(%(labels)s::float4[], v, %(q{number})s::tsquery)")
        else:
            sums.append(f"CASE WHEN v @@ %(q{number})s::tsquery THEN %(w{number})s::float8 ELSE 0 END")
    return " + ".join(sums) or "0"


_SQL = """
WITH found AS MATERIALIZED (
    SELECT e.id, e.document_id, e.kind, e.year, e.state, e.day, e.received_at, {lifted} AS lifted, {similar} AS alike,
           cardinality(%(kinds)s::text[]) = 0 OR e.kind = ANY(%(kinds)s::text[]) AS by_kind,
           cardinality(%(years)s::int[]) = 0 OR e.year = ANY(%(years)s::int[]) AS by_year,
           cardinality(%(states)s::text[]) = 0 OR e.state = ANY(%(states)s::text[]) AS by_state
    FROM {entries} {exact} WHERE {conditions}
), glance AS (
    SELECT id, sum(worth) AS worth FROM ({worths}) w GROUP BY id
), chosen AS (
    SELECT *, row_number() OVER (
        ORDER BY alike, coalesce(worth, 0) DESC, lifted DESC, day DESC, received_at DESC, id DESC
    ) AS place
    FROM found LEFT JOIN glance USING (id) WHERE by_kind AND by_year AND by_state
), scored AS (
    SELECT c.id, c.document_id, c.day, c.received_at, c.worth, c.alike, coalesce(s.score, 0) AS score
    FROM chosen c LEFT JOIN LATERAL (
        SELECT {entry_score} AS score FROM (SELECT e.words || ''::tsvector AS v FROM search_entry e
                                            WHERE e.id = c.id AND c.place <= {ranked} OFFSET 0) w
    ) s ON true
), shown AS (
    SELECT *, row_number() OVER (ORDER BY {order}) AS place FROM scored
    ORDER BY place OFFSET %(offset)s LIMIT %(limit)s
), best AS (
    SELECT h.place, h.document_id, h.score, h.alike, p.number,
           (SELECT left(t.text, 60000) FROM search_page t WHERE t.id = p.id) AS text
    FROM shown h LEFT JOIN LATERAL (
        SELECT p.id, p.number FROM (SELECT id, number, words AS v FROM search_page WHERE entry_id = h.id) p
        ORDER BY CASE WHEN v IS NULL THEN 0 ELSE {page_score} END DESC, p.number LIMIT 1
    ) p ON true
)
SELECT jsonb_build_object(
    'count', (SELECT count(*) FROM chosen), 'found', (SELECT count(*) FROM found),
    'similar', (SELECT count(*) FROM chosen WHERE alike),
    'kind', (SELECT jsonb_object_agg(kind, n) FROM (
        SELECT kind, count(*) AS n FROM found WHERE by_year AND by_state GROUP BY 1) f),
    'year', (SELECT jsonb_object_agg(year, n) FROM (
        SELECT year, count(*) AS n FROM found WHERE by_kind AND by_state GROUP BY 1) f),
    'state', (SELECT jsonb_object_agg(state, n) FROM (
        SELECT state, count(*) AS n FROM found WHERE by_kind AND by_year GROUP BY 1) f),
    'hits', (SELECT jsonb_agg(jsonb_build_array(document_id, score, number, text, alike) ORDER BY place) FROM best)
)
"""
