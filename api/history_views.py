"""`/documents/{id}/history/`: what happened to a document, as the chain of events tells it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.document_views import find_document
from dms.access.permissions import Permission
from dms.access.rule import require
from dms.audit.events import RULES, Event
from dms.audit.models import EventRow, target_name

ITEM = "ingest.inboxitem:"


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
        """The oldest event first. Needs the right to see histories."""
        document = find_document(self.actor, document_id)
        require(self.actor, Permission.HISTORY_VIEW, document)
        own = target_name(document)
        about = Q(target=own) | Q(target__startswith=ITEM)
        rows = EventRow.objects.filter(about, chain=document.chain).order_by("number")
        return Response(self.get_serializer([_event(row, own) for row in rows], many=True).data)


def _event(row: EventRow, own: str) -> dict[str, Any]:
    body = json.loads(row.body)
    known = row.name in set(Event)
    return {
        "number": row.number,
        "at": row.at,
        "actor": row.actor,
        "event": row.name,
        "text": str(RULES[Event(row.name)].text) if known else row.name,
        "reason": body["reason"],
        "changes": [change for touched in body["rows"] if touched["row"] == own for change in _changes(touched)],
    }


def _changes(touched: dict[str, Any]) -> list[dict[str, Any]]:
    """What was created stands in the document itself."""
    if touched["op"] != "change":
        return []
    before, after = touched["before"], touched["after"]
    return [{"field": name, "before": before.get(name), "after": value} for name, value in after.items()]
