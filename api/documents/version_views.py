"""`/documents/{id}/versions/`: all versions of a document with their files, and how to hand in another one."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.documents.page_views import DocumentPagesView, PageImageView, PageRequestSerializer, PagesSerializer
from api.documents.shapes import WHOLE_OBJECTS
from api.documents.version_shapes import VersionSerializer, VersionUploadSerializer
from api.documents.views import DocumentFileView, find_document, find_version
from api.http.authentication import is_browser
from api.http.base import ApiView
from api.http.downloads import ANY_TYPE, SAFE_TYPES, SENT_ON
from api.http.etags import IF_MATCH, expected_of
from api.inbox.shapes import ItemSerializer
from api.inbox.views import MULTIPART_FRAME, SENT_ONCE, idempotency_key, receipt_answer
from dms.adapters.chosen import SystemClock
from dms.records.models import Document, DocumentVersion, ObjectRole, StoredObject
from ingest.hand_in import version_hand_in
from ingest.intake import Delivery
from ingest.models import Source


class VersionsView(ApiView):
    serializer_class = VersionSerializer
    pagination_class = None
    parser_classes = [MultiPartParser]
    largest_body = settings.UPLOAD_MAX_MB * 1024 * 1024 + MULTIPART_FRAME

    @extend_schema(operation_id="versions_list", responses=VersionSerializer(many=True))
    def get(self, request: Request, document_id: UUID) -> Response:
        """All versions of a document, the current one first."""
        versions = read_versions(find_document(self.actor, document_id))
        return Response(self.get_serializer(versions, many=True).data)

    @extend_schema(
        operation_id="versions_create",
        request=VersionUploadSerializer,
        responses={201: OpenApiResponse(ItemSerializer, description="Taken in: stored, flushed and committed.")},
        parameters=[*SENT_ONCE, IF_MATCH],
    )
    def post(self, request: Request, document_id: UUID) -> Response:
        """Hands in a new version of the document. Once this answers, the file is safe; it is read in the background.

        It is checked and read like any file that comes in. Follow the item (`links.self`) until its `state` is `done`:
        from then on this is the current version. While it is read, and when it is `refused` or `stuck`, the document
        keeps the one that it has.
        """
        document = find_document(self.actor, document_id)
        upload = VersionUploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        file = upload.validated_data["file"]
        receipt = version_hand_in(
            self.actor,
            document,
            file.file,
            Delivery(
                filename=file.name,
                source=Source.UPLOAD if is_browser(request) else Source.API,
                idempotency_key=idempotency_key(request),
            ),
            comment=upload.validated_data["comment"],
            expected=expected_of(request, document),
            clock=SystemClock(),
        )
        return receipt_answer(ItemAnswers(request=self.request, format_kwarg=self.format_kwarg), receipt)


class ItemAnswers(ApiView):
    """Answers about the item that the version is read in."""

    serializer_class = ItemSerializer


class VersionView(ApiView):
    serializer_class = VersionSerializer

    @extend_schema(operation_id="versions_retrieve")
    def get(self, request: Request, document_id: UUID, version: int) -> Response:
        """One version of a document."""
        found = find_version(self.actor, document_id, version)
        return Response(self.get_serializer(read_versions(found.document).get(pk=found.pk)).data)


class VersionOriginalView(DocumentFileView):
    role = ObjectRole.ORIGINAL

    @extend_schema(
        operation_id="versions_original",
        responses={(200, media_type): OpenApiTypes.BINARY for media_type in [ANY_TYPE, *sorted(SAFE_TYPES)]} | SENT_ON,
    )
    def get(self, request: Request, document_id: UUID, version: int) -> HttpResponseBase:
        """The file of a version, bit for bit as it came in. Its digest was checked before the first byte goes out."""
        return self._send(request, document_id, version)


class VersionRenditionView(DocumentFileView):
    role = ObjectRole.RENDITION

    @extend_schema(
        operation_id="versions_rendition", responses={(200, "application/pdf"): OpenApiTypes.BINARY, **SENT_ON}
    )
    def get(self, request: Request, document_id: UUID, version: int) -> HttpResponseBase:
        """The searchable PDF/A-2b beside the original of a version; 404 where there is none."""
        return self._send(request, document_id, version)


class VersionThumbnailView(DocumentFileView):
    role = ObjectRole.THUMBNAIL

    @extend_schema(operation_id="versions_thumbnail", responses={(200, "image/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, document_id: UUID, version: int) -> HttpResponseBase:
        """A small picture of the first page of a version."""
        return self._send(request, document_id, version)


class VersionPagesView(DocumentPagesView):
    @extend_schema(operation_id="versions_pages", parameters=[PageRequestSerializer], responses=PagesSerializer)
    def get(self, request: Request, document_id: UUID, version: int) -> HttpResponseBase:  # type: ignore[override]
        """The text of the pages of a version, in order with a box for each word."""
        return self._pages(request, document_id, version)


class VersionPageImageView(PageImageView):
    @extend_schema(operation_id="versions_page_image", responses={(200, "image/*"): OpenApiTypes.BINARY})
    def get(  # type: ignore[override]
        self, request: Request, document_id: UUID, version: int, number: int
    ) -> HttpResponseBase:
        """The picture of a page of a version, upright as it was read."""
        return self._image(request, document_id, number, version)


def read_versions(document: Document) -> QuerySet[DocumentVersion]:
    """With what an answer needs, in a constant number of queries."""
    objects = Prefetch("stored_objects", StoredObject.objects.filter(role__in=WHOLE_OBJECTS), to_attr="whole_objects")
    versions = DocumentVersion.objects.filter(document=document).select_related("document")
    return versions.prefetch_related(objects).order_by("-number")
