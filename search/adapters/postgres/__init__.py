"""The search index in the product's own PostgreSQL."""

from search.adapters.postgres.index import PostgresIndex

__all__ = ["PostgresIndex"]
