"""`/filing/`: puts documents or copies into a dossier or case, suggests where, and takes the last of it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api.documents.shapes import NumberedSerializer
from api.http.base import ApiView, TypedTextField, read_parameters
from api.http.parsers import JSONParser
from api.http.problems import not_found
from dms.records.dossiers.copying import documents_copy
from dms.records.dossiers.filing import Place, documents_file, documents_take_back
from dms.records.dossiers.places import Suggestion, find_place, place_suggestions
from dms.records.dossiers.unmaking import documents_unmake
from dms.records.models import Document
from dms.records.protection.reading import Way, note_readings

MOST_AT_ONCE = 200


class PlaceSerializer(serializers.Serializer):
    """A dossier, or one of its cases, where documents can be filed."""

    dossier = NumberedSerializer()
    case = NumberedSerializer(allow_null=True)


class SuggestionSerializer(serializers.Serializer):
    """A place, and why it is suggested."""

    place = PlaceSerializer()
    why = serializers.CharField(help_text="For people; empty where number or title say so themselves.")


class PlacesFilter(serializers.Serializer):
    q = TypedTextField(
        required=False, allow_blank=True, default="", max_length=200,
        help_text="Begin of a number, also a former one, or words of the title. Empty: what was used last.",
    )  # fmt: skip
    document = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=MOST_AT_ONCE,
        help_text="What is to be filed; numbers that it names itself are suggested first.",
    )  # fmt: skip


class _DocumentsSerializer(serializers.Serializer):
    documents = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MOST_AT_ONCE,
        help_text="Each goes with its e-mail and all attachments that lie with it.",
    )  # fmt: skip


class FilingSerializer(_DocumentsSerializer):
    """Either a dossier or a case."""

    alone = serializers.BooleanField(
        required=False, default=False, help_text="`true`: only what is named; the rest of an e-mail stays where it is."
    )
    dossier = serializers.UUIDField(required=False, help_text="The dossier itself, outside of its cases.")
    case = serializers.UUIDField(required=False, help_text="One of the cases of a dossier.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("dossier" in attrs) == ("case" in attrs):
            raise ValidationError({"dossier": [_("Bitte entweder eine Akte oder einen Vorgang nennen.")]})
        return attrs


class TakeBackSerializer(_DocumentsSerializer):
    """What was filed a moment ago."""


class MadeDocumentsSerializer(serializers.Serializer):
    """Documents that were made a moment ago."""

    documents = serializers.ListField(
        child=serializers.UUIDField(),
        min_length=1,
        max_length=MOST_AT_ONCE,
        help_text="Copies, or what came of splitting or merging, by id.",
    )


class FiledAnswerSerializer(serializers.Serializer):
    """What was filed, or taken back."""

    documents = serializers.SerializerMethodField(help_text="All that went along, by id.")

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_documents(self, documents: Sequence[Document]) -> list[UUID]:
        return [document.pk for document in documents]


class FilingPlacesView(ApiView):
    serializer_class = SuggestionSerializer
    pagination_class = None

    @extend_schema(operation_id="filing_places", parameters=[PlacesFilter], responses=SuggestionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Open places where you may file, the best first."""
        asked = read_parameters(PlacesFilter, request)
        documents = list(Document.objects.visible_to(self.actor).filter(pk__in=asked["document"]))
        found: list[Suggestion] = place_suggestions(self.actor, asked["q"], documents)
        return Response(self.get_serializer(found, many=True).data)


class FilingView(ApiView):
    serializer_class = FiledAnswerSerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="filing_create", request=FilingSerializer, responses=FiledAnswerSerializer)
    def post(self, request: Request) -> Response:
        """Files documents into an open dossier or case, from the inbox or from another place: all, or none.

        Their rights are those of the dossier from then on. Both places tell of it in their histories.
        """
        documents, place, alone = _asked(self, request)
        filed = documents_file(self.actor, documents, place, now=timezone.now(), alone=alone)
        return Response(self.get_serializer(filed).data)


class FilingCopyView(ApiView):
    serializer_class = FiledAnswerSerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="filing_copy", request=FilingSerializer, responses={201: FiledAnswerSerializer})
    def post(self, request: Request) -> Response:
        """Copies documents into an open dossier or case: all, or none. The originals stay as and where they are.

        A copy has the content of the current version and a life of its own; its relation `copy_of` leads to the
        original. Both places tell of it in their histories. The answer names the copies.
        """
        documents, place, alone = _asked(self, request)
        copies = documents_copy(self.actor, documents, place, now=timezone.now(), alone=alone)
        return Response(self.get_serializer(copies).data, status=status.HTTP_201_CREATED)


class FilingUnmakeView(ApiView):
    serializer_class = FiledAnswerSerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="filing_unmake", request=MadeDocumentsSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Removes copies, and documents made by splitting or merging: if you made them within the last ten minutes and
        nothing has happened to them since. What they were made of never changed."""
        asked = MadeDocumentsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = _find(self, asked.validated_data["documents"])
        documents_unmake(self.actor, made, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class FilingUndoView(ApiView):
    serializer_class = FiledAnswerSerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="filing_undo", request=TakeBackSerializer, responses=FiledAnswerSerializer)
    def post(self, request: Request) -> Response:
        """Puts documents back to where they were, if you filed them within the last ten minutes."""
        asked = TakeBackSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        documents = _find(self, asked.validated_data["documents"])
        return Response(self.get_serializer(documents_take_back(self.actor, documents, now=timezone.now())).data)


def _asked(view: ApiView, request: Request) -> tuple[list[Document], Place, bool]:
    """What goes where, and whether alone. Raises ValidationError, NotFound, PurposeNeeded."""
    asked = FilingSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    given = asked.validated_data
    documents = _find(view, given["documents"])
    key = f"case:{given['case']}" if "case" in given else f"dossier:{given['dossier']}"
    place: Place | None = find_place(view.actor, key)
    if place is None:
        raise not_found()
    return documents, place, given["alone"]


def _find(view: ApiView, ids: Sequence[UUID]) -> list[Document]:
    """Raises NotFound when one of them is not there, or may not be seen; PurposeNeeded."""
    documents = list(Document.objects.visible_to(view.actor).filter(pk__in=ids))
    if len(documents) != len(set(ids)):
        raise not_found()
    note_readings(view.actor, documents, Way.PART)
    return documents
