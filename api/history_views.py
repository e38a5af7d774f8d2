"""`/documents/{id}/history/`: what happened to a document, as the chain of events tells it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.document_views import find_document
from dms.access.permissions import Permission
from dms.access.rule import require
from dms.audit.events import RULES, Event
from dms.audit.models import EventRow
from dms.records.history import changes_of, events_about, reason_of
from dms.records.models import Document


class FieldChangeSerializer(serializers.Serializer):
    field = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class EventSerializer(serializers.Serializer):
    number = serializers.IntegerField(help_text="Place in the chain of events, which holds others as well.")
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    event = serializers.CharField(help_text="Stable name.")
    text = serializers.CharField(help_text="What happened, for people.")
    reason = serializers.CharField()
    changes = FieldChangeSerializer(many=True)


class DocumentHistoryView(ApiView):
    serializer_class = EventSerializer
    pagination_class = None

    @extend_schema(operation_id="documents_history", responses=EventSerializer(many=True))
    def get(self, request: Request, document_id: UUID) -> Response:
        """What happened to a document, the oldest event first. Needs the right to see histories."""
        document = find_document(self.actor, document_id)
        require(self.actor, Permission.HISTORY_VIEW, document)
        rows = events_about(document).order_by("id")
        return Response(self.get_serializer([_event(row, document) for row in rows], many=True).data)


def _event(row: EventRow, document: Document) -> dict[str, Any]:
    known = row.name in set(Event)
    return {
        "number": row.number,
        "at": row.at,
        "actor": row.actor,
        "event": row.name,
        "text": str(RULES[Event(row.name)].text) if known else row.name,
        "reason": reason_of(row),
        "changes": changes_of(row, document),
    }
