"""`/documents/{id}/check-out/` and its end: for a time one person alone hands in new versions."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.documents.shapes import DocumentSerializer
from api.documents.views import document_answer, find_document
from api.http.base import ApiView, TypedTextField
from api.http.etags import IF_MATCH, expected_of
from api.http.parsers import JSONParser
from dms.records.documents.checking_out import check_out_break, document_check_out, document_give_back


class CheckOutSerializer(serializers.Serializer):
    """For how long; three days unless it is said."""

    until = serializers.DateTimeField(
        required=False, help_text="The end; at most 30 days from now. Without a zone in local time."
    )


class BreakCheckOutSerializer(serializers.Serializer):
    """Why it is taken from whoever has it."""

    reason = TypedTextField(max_length=500, help_text="It stands in the history of the document.")


class _CheckOutView(ApiView):
    serializer_class = DocumentSerializer
    parser_classes = [JSONParser]


class CheckOutView(_CheckOutView):
    @extend_schema(operation_id="documents_check_out", request=CheckOutSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, document_id: UUID) -> Response:
        """Checks a document out: until the end nobody else hands in a version. Whoever has it already extends it."""
        document = find_document(self.actor, document_id)
        asked = CheckOutSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        until, expected = asked.validated_data.get("until"), expected_of(request, document)
        document_check_out(self.actor, document, until=until, now=timezone.now(), expected=expected)
        return document_answer(self, document_id)


class GiveBackView(_CheckOutView):
    @extend_schema(operation_id="documents_give_back", request=None, parameters=[IF_MATCH])
    def post(self, request: Request, document_id: UUID) -> Response:
        """Gives back what you checked out."""
        document = find_document(self.actor, document_id)
        document_give_back(self.actor, document, now=timezone.now(), expected=expected_of(request, document))
        return document_answer(self, document_id)


class BreakCheckOutView(_CheckOutView):
    @extend_schema(operation_id="documents_break_check_out", request=BreakCheckOutSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, document_id: UUID) -> Response:
        """Ends what another person checked out, with a reason. A right of its own."""
        document = find_document(self.actor, document_id)
        asked = BreakCheckOutSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        reason, expected = asked.validated_data["reason"], expected_of(request, document)
        check_out_break(self.actor, document, reason=reason, now=timezone.now(), expected=expected)
        return document_answer(self, document_id)
