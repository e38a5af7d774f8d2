"""`/documents/{id}/pages/`: the text of each page with its words on the picture, and the pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from api.documents.views import download_of, find_document, find_version
from api.http.base import ApiView, TypedTextField, read_parameters
from api.http.downloads import send
from api.http.problems import not_found
from api.schema.examples import PAGES, answered
from dms.pages import Box, PageText
from dms.records.documents.versions import version_of
from dms.records.models import DocumentVersion, Page
from dms.records.protection.reading import Way
from search.highlight import find_boxes

AT_ONCE = 20
"""Pages in memory: one page with its boxes may take half a megabyte, and a document may have thousands of them."""
DECIMALS = 5


class PageRequestSerializer(serializers.Serializer):
    q = TypedTextField(required=False, allow_blank=True, max_length=2000, help_text="Adds `hits`: where this is found.")
    first = serializers.IntegerField(required=False, min_value=1, max_value=1_000_000)
    last = serializers.IntegerField(required=False, min_value=1, max_value=1_000_000)


BoxField = serializers.ListField(
    child=serializers.FloatField(),
    min_length=4,
    max_length=4,
    help_text="[x0, y0, x1, y1] as fractions of the upright page; 0,0 is top left.",
)


class WordSerializer(serializers.Serializer):
    text = serializers.CharField()
    box = BoxField


class BarcodeSerializer(serializers.Serializer):
    format = serializers.CharField()
    text = serializers.CharField()


class PageSerializer(serializers.Serializer):
    number = serializers.IntegerField(min_value=1)
    text = serializers.CharField()
    words = WordSerializer(many=True)
    width = serializers.IntegerField(help_text="Pixels of the page image.")
    height = serializers.IntegerField()
    source = serializers.ChoiceField(["text_layer", "ocr", "none"])  # type: ignore[assignment]
    confidence = serializers.FloatField(allow_null=True)
    blank = serializers.BooleanField()
    barcodes = BarcodeSerializer(many=True)
    hits = serializers.ListField(
        child=serializers.ListField(child=BoxField), required=False, help_text="One group of boxes per find; with `q`."
    )


class PagesSerializer(serializers.Serializer):
    count = serializers.IntegerField(help_text="Pages of the document.")
    results = PageSerializer(many=True)


class DocumentPagesView(ApiView):
    serializer_class = PagesSerializer
    pagination_class = None

    @extend_schema(
        operation_id="documents_pages",
        parameters=[PageRequestSerializer],
        responses=PagesSerializer,
        examples=[answered("The first page of two", PAGES)],
    )
    def get(self, request: Request, document_id: UUID) -> HttpResponseBase:
        """The text of the pages in order with a box for each word; all of them unless `first` and `last` say which."""
        return self._pages(request, document_id)

    def _pages(self, request: Request, document_id: UUID, number: int | None = None) -> HttpResponseBase:
        document = find_document(self.actor, document_id, Way.TEXT)
        asked = read_parameters(PageRequestSerializer, request)
        version = version_of(document, number)
        if version is None and number is not None:
            raise not_found()
        numbers = list(Page.objects.filter(version=version).values_list("number", flat=True)) if version else []
        chosen = [number for number in numbers if asked.get("first", 1) <= number <= asked.get("last", number)]
        body = _as_json(version, len(numbers), chosen, asked.get("q"))
        return StreamingHttpResponse(body, content_type="application/json")


class PageImageView(ApiView):
    @extend_schema(operation_id="documents_page_image", responses={(200, "image/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, document_id: UUID, number: int) -> HttpResponseBase:
        """The picture of a page, upright as it was read: the boxes of its words are fractions of it."""
        return self._image(request, document_id, number)

    def _image(self, request: Request, document_id: UUID, number: int, version: int | None = None) -> HttpResponseBase:
        found = find_version(self.actor, document_id, version, way=Way.IMAGE)
        page = Page.objects.filter(version=found, number=number).select_related("image").first()
        if page is None or page.image is None:
            raise not_found()
        return send(request, download_of(page.image, found, f"-{number}"))


def _as_json(version: DocumentVersion | None, count: int, numbers: list[int], query: str | None) -> Iterator[str]:
    """The whole answer piece by piece, a few pages in memory at a time."""
    yield f'{{"count": {count}, "results": ['
    for start in range(0, len(numbers), AT_ONCE):
        for page in Page.objects.filter(version=version, number__in=numbers[start : start + AT_ONCE]):
            yield ("" if page.number == numbers[0] else ", ") + json.dumps(_page(page, query), ensure_ascii=False)
    yield "]}"


def _page(page: Page, query: str | None) -> dict[str, Any]:
    text: PageText = page.page_text
    answer = {
        "number": page.number,
        "text": text.text,
        "words": [{"text": word.text, "box": _box(word.box)} for line in text.lines for word in line],
        "width": page.width,
        "height": page.height,
        "source": page.source,
        "confidence": page.confidence,
        "blank": page.blank,
        "barcodes": [{"format": code["format"], "text": code["text"]} for code in page.barcodes],
    }
    if query is not None:
        answer["hits"] = [[_box(box) for box in group] for group in find_boxes(text, query)]
    return answer


def _box(box: Box) -> list[float]:
    return [round(value, DECIMALS) for value in (box.x0, box.y0, box.x1, box.y1)]
