"""Lists are paged by cursor: stable while mail comes in, and equally fast on page 1 and page 1,000."""

from __future__ import annotations

from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework import pagination, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request

from api.http.problems import Problem


class NewestFirst(pagination.CursorPagination):
    """By the time of receipt; follow `next` until it is null."""

    ordering = ("-received_at", "id")
    page_size_query_param = "page_size"
    max_page_size = 200

    def decode_cursor(self, request: Request) -> Any:
        """A cursor comes back as we gave it, or is refused: its position goes into the query."""
        try:
            cursor = super().decode_cursor(request)
            usable = cursor is None or cursor.position is None or self.is_position(str(cursor.position))
        except (NotFound, ValueError):
            usable = False
        if not usable:
            sentence = _("Der Cursor ist unbrauchbar. Bitte die Liste von vorn lesen.")
            raise Problem(status.HTTP_400_BAD_REQUEST, "invalid_cursor", sentence)
        return cursor

    def is_position(self, position: str) -> bool:
        """Whether this can have been the place of a row. Raises ValueError like the parser of days."""
        return parse_datetime(position) is not None

    def get_page_size(self, request: Request) -> int | None:
        """Raises ValidationError where DRF would quietly take another number."""
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if not (asked.isascii() and asked.isdigit() and len(asked) < 5 and 0 < int(asked) <= self.max_page_size):
            sentence = _("Eine ganze Zahl von 1 bis {most} wird erwartet.").format(most=self.max_page_size)
            raise ValidationError({self.page_size_query_param: [sentence]})
        return int(asked)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] = {"type": "integer", "minimum": 1, "maximum": self.max_page_size}
        return parameters


class ByNumber(NewestFirst):
    """In the order of the file plan."""

    ordering = ("order_key", "number")

    def is_position(self, position: str) -> bool:
        return "\0" not in position


class ByName(NewestFirst):
    """Of parties, and of what people belong to."""

    ordering = ("name", "id")

    def is_position(self, position: str) -> bool:
        return "\0" not in position


class ByLogin(ByName):
    """Of people."""

    ordering = ("username", "id")


class ByReference(NewestFirst):
    """Of holdings."""

    ordering = ("reference_number", "id")

    def is_position(self, position: str) -> bool:
        return "\0" not in position


class NewestOpenedFirst(NewestFirst):
    """Of dossiers. A list that is sorted otherwise, by a field that may hold nothing, is paged by the number of rows
    before: what is changed meanwhile may move there."""

    ordering = ("-opened_at", "id")
    offset_cutoff = 1_000_000
    _before: int | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        if not queryset.query.order_by:
            return super().paginate_queryset(queryset, request, view)
        self.base_url = request.build_absolute_uri()
        self.page_size = self.get_page_size(request)
        cursor = self.decode_cursor(request)
        before, size = cursor.offset if cursor else 0, self.page_size or self.max_page_size
        rows = list(queryset[before : before + size + 1])
        self._before, self.has_next, self.has_previous = before, len(rows) > size, before > 0
        return rows[:size]

    def get_next_link(self) -> str | None:
        return super().get_next_link() if self._before is None else self._beside(bool(self.has_next), 1)

    def get_previous_link(self) -> str | None:
        return super().get_previous_link() if self._before is None else self._beside(bool(self.has_previous), -1)

    def _beside(self, there: bool, step: int) -> str | None:
        first = max((self._before or 0) + step * (self.page_size or 0), 0)
        return self.encode_cursor(pagination.Cursor(first, False, None)) if there else None
