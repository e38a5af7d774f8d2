"""`/documents/`: what became of the mail, with its files, and what a person can put right about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, cast
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.documents.shapes import (
    DocumentAnswer,
    DocumentChangeSerializer,
    DocumentFilter,
    DocumentListSerializer,
    DocumentSerializer,
    KindSerializer,
    answers_for,
    read_documents,
)
from api.finding import find_opened
from api.http.base import ApiView, read_parameters
from api.http.downloads import ANY_TYPE, SAFE_TYPES, SENT_ON, Download, send
from api.http.etags import IF_MATCH, etag_of, expected_of
from api.http.parsers import JSONParser
from api.http.problems import not_found
from api.schema.examples import CHANGE, DOCUMENT, KIND, answered, sent
from dms.access.actors import Actor
from dms.records.documents.corrections import Corrections, document_correct
from dms.records.documents.kinds import of_kinds
from dms.records.documents.queries import DocumentQuerySet
from dms.records.documents.versions import version_of
from dms.records.fields.filling import Entered
from dms.records.models import Document, DocumentKind, DocumentVersion, ObjectRole, StoredObject
from dms.records.protection.reading import Way


class DocumentsView(ListModelMixin, ApiView):
    serializer_class = DocumentListSerializer

    def get_queryset(self) -> DocumentQuerySet:
        chosen = read_parameters(DocumentFilter, self.request)
        return read_documents().visible_to(self.actor).filter(_condition(chosen))

    def paginate_queryset(self, queryset: Any) -> list[DocumentAnswer]:  # type: ignore[override]
        return answers_for(self.actor, super().paginate_queryset(queryset) or [], listed=True)

    @extend_schema(operation_id="documents_list", parameters=[DocumentFilter])
    def get(self, request: Request) -> Response:
        """The documents that you may read, newest first."""
        return self.list(request)


class DocumentView(ApiView):
    serializer_class = DocumentSerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="documents_retrieve", examples=[answered("A letter", DOCUMENT)])
    def get(self, request: Request, document_id: UUID) -> Response:
        """One document with all that is known of it. The `ETag` can be sent as `If-Match` with a change."""
        find_document(self.actor, document_id, Way.DATA)
        return document_answer(self, document_id)

    @extend_schema(
        operation_id="documents_change",
        request=DocumentChangeSerializer,
        parameters=[IF_MATCH],
        examples=[sent("Title, date and kind", CHANGE), answered("Corrected", DOCUMENT | CHANGE | {"kind": KIND})],
    )
    def patch(self, request: Request, document_id: UUID) -> Response:
        """Corrects what the product found out about the document: all that is named, or nothing.

        What is not named stays. Fields that there are not, or that cannot be changed, are refused by name.
        """
        document = find_document(self.actor, document_id)
        change = DocumentChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        corrections = cast("Corrections", change.validated_data)
        if "kind" in change.validated_data:
            corrections["kind"] = _find_kind(change.validated_data["kind"])
        if "fields" in change.validated_data:
            corrections["fields"] = Entered(change.validated_data["fields"])
        document_correct(self.actor, document, corrections, expected=expected_of(request, document))
        return document_answer(self, document_id)


class DocumentKindsView(ApiView):
    serializer_class = KindSerializer
    pagination_class = None

    @extend_schema(operation_id="document_kinds_list", responses=KindSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All kinds of documents, by their label."""
        return Response(self.get_serializer(DocumentKind.objects.all(), many=True).data)


class DocumentFileView(ApiView):
    role: ObjectRole

    def _send(self, request: Request, document_id: UUID, version: int | None = None) -> HttpResponseBase:
        """Of the current version, or of the one of this number."""
        way = Way.THUMBNAIL if self.role == ObjectRole.THUMBNAIL else Way.DOWNLOAD
        found = find_version(self.actor, document_id, version, way=way)
        stored = StoredObject.objects.filter(version=found, role=self.role).first()
        if stored is None:
            raise not_found()
        return send(request, download_of(stored, found, SUFFIXES.get(ObjectRole(stored.role), "")))


class DocumentOriginalView(DocumentFileView):
    role = ObjectRole.ORIGINAL

    @extend_schema(
        operation_id="documents_original",
        responses={(200, media_type): OpenApiTypes.BINARY for media_type in [ANY_TYPE, *sorted(SAFE_TYPES)]} | SENT_ON,
    )
    def get(self, request: Request, document_id: UUID) -> HttpResponseBase:
        """The file of a document, bit for bit as it came in. Its digest was checked before the first byte goes out."""
        return self._send(request, document_id)


class DocumentRenditionView(DocumentFileView):
    role = ObjectRole.RENDITION

    @extend_schema(
        operation_id="documents_rendition", responses={(200, "application/pdf"): OpenApiTypes.BINARY, **SENT_ON}
    )
    def get(self, request: Request, document_id: UUID) -> HttpResponseBase:
        """The searchable PDF/A-2b beside the original; 404 where there is none (`no_rendition` says why)."""
        return self._send(request, document_id)


class DocumentThumbnailView(DocumentFileView):
    role = ObjectRole.THUMBNAIL

    @extend_schema(operation_id="documents_thumbnail", responses={(200, "image/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, document_id: UUID) -> HttpResponseBase:
        """A small picture of the first page."""
        return self._send(request, document_id)


SUFFIXES = {ObjectRole.RENDITION: " (PDF-A)"}
"""So that a rendition does not lie over its original in somebody's folder of downloads."""


def find_document(actor: Actor, document_id: UUID, way: Way | None = Way.PART) -> Document:
    """As `find_opened`."""
    document: Document = find_opened(actor, Document.objects.visible_to(actor), document_id, way)
    return document


def document_answer(view: ApiView, document_id: UUID) -> Response:
    """The document as the view's actor sees it now, with the ETag of its state. Raises NotFound."""
    document = read_documents().visible_to(view.actor).filter(pk=document_id).first()
    if document is None:
        raise not_found()
    [answer] = answers_for(view.actor, [document])
    return Response(view.get_serializer(answer).data, headers=etag_of(document))


def find_version(actor: Actor, document_id: UUID, number: int | None = None, *, way: Way = Way.PART) -> DocumentVersion:
    """The current version, or the one of this number.

    Raises NotFound, also for what this actor may not read, and PurposeNeeded.
    """
    version = version_of(find_document(actor, document_id, way), number)
    if version is None:
        raise not_found()
    return version


def download_of(stored: StoredObject, version: DocumentVersion, suffix: str = "") -> Download:
    """Files are saved, pictures are shown; both under a name that tells what they are of."""
    name = PurePath(version.name)
    if stored.role != ObjectRole.ORIGINAL:
        name = PurePath(f"{name.stem}{suffix}{PurePath(stored.key).suffix}")
    shown = stored.role in (ObjectRole.THUMBNAIL, ObjectRole.PAGE_IMAGE)
    return Download(stored.key, stored.sha256, stored.size, stored.media_type, str(name), as_attachment=not shown)


def _condition(chosen: Mapping[str, Sequence[Any]]) -> Q:
    """Any of the values of each parameter, all of the parameters."""
    condition = Q(**{f"{name}__in": chosen[name] for name in ("state", "text_state") if name in chosen})
    if "year" in chosen:
        years = Q()
        for year in chosen["year"]:
            years |= Q(received_at__year=year)
        condition &= years
    if "kind" in chosen:
        condition &= of_kinds(chosen["kind"])
    condition &= Q(**{f"{name}_id": chosen[name] for name in ("dossier", "case") if name in chosen})
    if chosen["filed"] is not None:
        condition &= Q(dossier__isnull=not chosen["filed"])
    return condition


def _find_kind(slug: str | None) -> DocumentKind | None:
    if slug is None:
        return None
    kind = DocumentKind.objects.filter(pk=slug).first()
    if kind is None:
        raise ValidationError({"kind": [_("Diese Dokumentart gibt es nicht.")]})
    return kind
