"""The search index in Elasticsearch."""

from search.adapters.elastic.index import ElasticIndex

__all__ = ["ElasticIndex"]
