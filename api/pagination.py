"""Lists are paged by cursor: stable while mail comes in, and equally fast on page 1 and page 1,000."""

from __future__ import annotations

from rest_framework import pagination


class CursorPagination(pagination.CursorPagination):
    """Newest first; `page_size` up to 200."""

    ordering = ("-received_at", "id")
    page_size_query_param = "page_size"
    max_page_size = 200
