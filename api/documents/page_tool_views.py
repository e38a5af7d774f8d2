"""`…/pages/change/` and `…/versions/{n}/restore/`: pages turned, reordered or removed; and the way back."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.documents.views import find_document, find_version
from api.http.base import ApiView
from api.http.etags import IF_MATCH, expected_of
from api.http.parsers import JSONParser
from api.inbox.shapes import ItemSerializer
from api.inbox.views import receipt_answer
from dms.adapters.chosen import SystemClock
from dms.records.documents.versions import LONGEST_COMMENT
from ingest.page_tools import TURNS, pages_change, version_restore
from ingest.reading.page_assembly import PickedPage

TAKEN_IN = {201: OpenApiResponse(ItemSerializer, description="Made and taken in; it is read in the background.")}


class PickedPageSerializer(serializers.Serializer):
    """A page that stays."""

    page = serializers.IntegerField(min_value=1, max_value=1_000_000, help_text="Its number in the current version.")
    turn = serializers.ChoiceField(TURNS, required=False, default=0, help_text="Degrees clockwise.")


class CommentSerializer(serializers.Serializer):
    """Why there is a new version."""

    comment = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_COMMENT,
        help_text="Why; without it, what was done.",
    )  # fmt: skip


class PagesChangeSerializer(CommentSerializer):
    """The pages of the new version."""

    pages = PickedPageSerializer(
        many=True, help_text="In the new order. A page that is not named is left out; the present version keeps it."
    )
    signature_may_go = serializers.BooleanField(
        required=False, default=False,
        help_text="Of a signed document: it is known that the new version has no signature. The present one keeps it.",
    )  # fmt: skip


class PagesChangeView(ApiView):
    serializer_class = ItemSerializer
    parser_classes = [JSONParser]

    @extend_schema(
        operation_id="documents_pages_change", request=PagesChangeSerializer, responses=TAKEN_IN, parameters=[IF_MATCH]
    )
    def post(self, request: Request, document_id: UUID) -> Response:
        """Turns, reorders and removes pages: a new version, made of the current one's file without a loss.

        Follow the item until its `state` is `done`, as with any new version. Undone by restoring the version before.
        """
        document = find_document(self.actor, document_id)
        asked = PagesChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        receipt = pages_change(
            self.actor,
            document,
            [PickedPage(one["page"], one["turn"]) for one in given["pages"]],
            comment=given["comment"],
            signature_may_go=given["signature_may_go"],
            expected=expected_of(request, document),
            clock=SystemClock(),
        )
        return receipt_answer(self, receipt)


class VersionRestoreView(ApiView):
    serializer_class = ItemSerializer
    parser_classes = [JSONParser]

    @extend_schema(
        operation_id="versions_restore", request=CommentSerializer, responses=TAKEN_IN, parameters=[IF_MATCH]
    )
    def post(self, request: Request, document_id: UUID, version: int) -> Response:
        """Goes back to an earlier version: its file, bit for bit, becomes a new version."""
        document = find_document(self.actor, document_id)
        find_version(self.actor, document_id, version)
        asked = CommentSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        comment, expected = asked.validated_data["comment"], expected_of(request, document)
        receipt = version_restore(
            self.actor, document, version, comment=comment, expected=expected, clock=SystemClock()
        )  # fmt: skip
        return receipt_answer(self, receipt)
