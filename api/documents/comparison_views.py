"""`/documents/{id}/comparison/`: what differs between two versions, or between two moments."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api.documents.views import find_document
from api.http.base import ApiView, read_parameters
from api.http.problems import not_found
from dms.access.permissions import Permission
from dms.access.rule import require
from dms.records.documents.comparing import Mark, Side, compare, side_at, side_of_version
from dms.records.models import Document

AT = "Instead: as it stood at this moment; for that you must be allowed to see histories."


class ComparisonParameters(serializers.Serializer):
    left = serializers.IntegerField(required=False, min_value=1, max_value=1_000_000, help_text="Version before.")
    right = serializers.IntegerField(required=False, min_value=1, max_value=1_000_000, help_text="Version after.")
    left_at = serializers.DateTimeField(required=False, help_text=AT)
    right_at = serializers.DateTimeField(required=False, help_text=AT)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("left", "right"):
            if (name in attrs) == (f"{name}_at" in attrs):
                raise ValidationError({name: [_("Bitte entweder eine Version oder einen Zeitpunkt nennen.")]})
        return attrs


class DifferenceSerializer(serializers.Serializer):
    """A field that differs."""

    field = serializers.CharField(help_text="Its name; `kind_id` is the slug of the kind.")
    before = serializers.JSONField(allow_null=True, help_text="What stood there.")
    after = serializers.JSONField(allow_null=True, help_text="What stands there later.")


class LineSerializer(serializers.Serializer):
    """A line of text."""

    mark = serializers.ChoiceField([str(mark) for mark in Mark], help_text="`gap`: lines that are alike are left out.")
    text = serializers.CharField(help_text="The line; empty for a gap.")


class PageDifferenceSerializer(serializers.Serializer):
    """A page whose text differs."""

    before = serializers.IntegerField(allow_null=True, help_text="Its number before; null: there was no such page.")
    after = serializers.IntegerField(allow_null=True, help_text="Its number later; null: there is no such page.")
    lines = LineSerializer(many=True, help_text="What changed, with a few lines around it.")


class DocumentComparisonSerializer(serializers.Serializer):
    """What differs between two states of a document."""

    left = serializers.IntegerField(source="before.version.number", help_text="The version before.")
    right = serializers.IntegerField(source="after.version.number", help_text="The version after.")
    differences = DifferenceSerializer(source="fields", many=True, help_text="Of what is known, and of the file.")
    pages = PageDifferenceSerializer(many=True, help_text="Of the text; pages that are alike are left out.")
    too_long = serializers.BooleanField(help_text="More than 1,000 pages: the texts were not compared.")


class ComparisonView(ApiView):
    serializer_class = DocumentComparisonSerializer

    @extend_schema(operation_id="documents_comparison", parameters=[ComparisonParameters])
    def get(self, request: Request, document_id: UUID) -> Response:
        """Compares two versions or moments: title, sender, date, kind, file, page count, and the text page by page.

        A former version is taken with what was known of the document when it came to be, the current one with what is
        known now.
        """
        document = find_document(self.actor, document_id)
        asked = read_parameters(ComparisonParameters, request)
        if {"left_at", "right_at"} & asked.keys():
            require(self.actor, Permission.HISTORY_VIEW, document)
        before, after = (_side(document, asked.get(name), asked.get(f"{name}_at")) for name in ("left", "right"))
        if before is None or after is None:
            raise not_found()
        return Response(self.get_serializer(compare(before, after)).data)


def _side(document: Document, number: int | None, moment: datetime | None) -> Side | None:
    return side_at(document, moment) if moment else side_of_version(document, number or 1)
