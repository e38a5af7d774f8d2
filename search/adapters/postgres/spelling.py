"""Which of many possible spellings do occur, in what the actor may see."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection, transaction

from search.adapters.postgres.tsquery import either
from search.adapters.postgres.vectors import quote

_LOOKED_AT = 300
"""Documents that hold any of them; where there are more, enough is found without the rarest spelling."""
_SQL = """
    SELECT DISTINCT lexeme FROM (
        SELECT e.words FROM (SELECT * FROM search_entry WHERE words @@ %s::tsquery OFFSET 0) e
        WHERE e.generation_id = (SELECT id FROM search_generation WHERE stage = 'live')
        AND e.scope_id = ANY(%s) AND e.level <= %s AND NOT e.removed LIMIT %s
    ) near, unnest(tsvector_to_array(near.words)) lexeme WHERE lexeme = ANY(%s)
"""
"""One scan of the inverted index for all of them (OFFSET as in `statement`): each by itself would read what is new in
it again and again."""


def occurring(lexemes: Collection[str], scopes: Collection[int], clearance: int) -> frozenset[str]:
    if not lexemes:
        return frozenset()
    asked = sorted(lexemes)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(_SQL, [either(map(quote, asked)), sorted(scopes), clearance, _LOOKED_AT, asked])
        return frozenset(row[0] for row in cursor.fetchall())
