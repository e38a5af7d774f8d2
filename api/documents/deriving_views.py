"""`…/split/` and `/documents/merge/`: pages of documents become new documents; those they come from stay."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from api.documents.page_tool_views import CommentSerializer, PickedPageSerializer
from api.documents.views import find_document
from api.http.base import ApiView
from api.http.etags import IF_MATCH, expected_of
from api.http.parsers import JSONParser
from api.inbox.shapes import ItemSerializer
from api.inbox.shapes import answers_for as item_answers
from api.inbox.views import SENT_ONCE, idempotency_key, receipt_answer
from dms.adapters.chosen import SystemClock
from ingest.intake import Receipt
from ingest.merging import MOST_DOCUMENTS, documents_merge
from ingest.reading.page_assembly import PickedPage
from ingest.splitting import MOST_PARTS, document_split


class PartSerializer(serializers.Serializer):
    """A new document."""

    pages = PickedPageSerializer(many=True, help_text="Its pages in their order.")


class SplitSerializer(CommentSerializer):
    """The new documents."""

    parts = PartSerializer(
        many=True, help_text=f"In their order, at most {MOST_PARTS}. A page that none names is in none of them."
    )


class MergeDocumentsSerializer(CommentSerializer):
    """What is put together."""

    documents = serializers.ListField(
        child=serializers.UUIDField(), min_length=2, max_length=MOST_DOCUMENTS,
        help_text="In the order of their pages in the new document; all lie in one place.",
    )  # fmt: skip


class DocumentSplitView(ApiView):
    serializer_class = ItemSerializer
    parser_classes = [JSONParser]
    pagination_class = None

    @extend_schema(
        operation_id="documents_split",
        request=SplitSerializer,
        responses={
            201: OpenApiResponse(ItemSerializer(many=True), description="Made and taken in, one for each part."),
        },
        parameters=[*SENT_ONCE, IF_MATCH],
    )
    def post(self, request: Request, document_id: UUID) -> Response:
        """Splits a document: a new one for each part, where it lies, made of its file without a loss.

        The document itself stays as it is. Follow the items until their `state` is `done`; each names its document
        then, whose relation `made_from` leads back. A signed or encrypted document is refused.
        """
        document = find_document(self.actor, document_id)
        asked = SplitSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        receipts = document_split(
            self.actor,
            document,
            [[PickedPage(page["page"], page["turn"]) for page in part["pages"]] for part in given["parts"]],
            comment=given["comment"],
            once=idempotency_key(request),
            expected=expected_of(request, document),
            clock=SystemClock(),
        )
        return _answer_all(self, receipts)


class DocumentsMergeView(ApiView):
    serializer_class = ItemSerializer
    parser_classes = [JSONParser]

    @extend_schema(
        operation_id="documents_merge",
        request=MergeDocumentsSerializer,
        responses={201: OpenApiResponse(ItemSerializer, description="Made and taken in.")},
        parameters=SENT_ONCE,
    )
    def post(self, request: Request) -> Response:
        """Merges documents that lie in one place into a new one there. They stay as they are.

        Follow the item until its `state` is `done`; the relations `made_from` of its document lead back. Signed or
        encrypted documents are refused.
        """
        asked = MergeDocumentsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        documents = [find_document(self.actor, key) for key in given["documents"]]
        receipt = documents_merge(
            self.actor, documents, comment=given["comment"], once=idempotency_key(request), clock=SystemClock()
        )
        return receipt_answer(self, receipt)


def _answer_all(view: ApiView, receipts: Sequence[Receipt]) -> Response:
    answers = item_answers(view.actor, [receipt.item for receipt in receipts])
    response = Response(view.get_serializer(answers, many=True).data, status=status.HTTP_201_CREATED)
    if not all(receipt.created for receipt in receipts):
        response["Idempotent-Replayed"] = "true"
    return response
