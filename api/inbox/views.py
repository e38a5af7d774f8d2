"""`/inbox/`: what came in, how far it is, and how to hand in more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.http.authentication import is_browser
from api.http.base import ApiView, read_parameters
from api.http.downloads import ANY_TYPE, SENT_ON, Download, send
from api.http.problems import Problem, not_found
from api.inbox.shapes import (
    LONGEST_KEY,
    IdempotencyKeySerializer,
    InboxFilter,
    ItemAnswer,
    ItemSerializer,
    OriginalParameters,
    SettleSerializer,
    UploadSerializer,
    answers_for,
)
from api.schema.examples import ITEM_DONE, ITEM_REFUSED, ITEM_WAITING, answered
from dms.access.actors import Actor
from dms.adapters.chosen import SystemClock
from dms.records.models import Document
from dms.records.protection.reading import Way, note_reading
from ingest.intake import Delivery, Receipt, take_in
from ingest.models import InboxItem, InboxQuerySet, Source
from ingest.quarantine import HARMLESS_ENDING, is_quarantined, note_fetched
from ingest.retries import item_accept, item_retry
from ingest.scopes import inbox_scope_for
from ingest.settling import item_reopen, item_settle

MULTIPART_FRAME = 1024 * 1024
"""What boundaries and headers may add to the bytes of the file."""


SENT_ONCE = [
    OpenApiParameter(
        "Idempotency-Key",
        {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
        OpenApiParameter.HEADER,
        description="The same key never makes two items; for other bytes it is refused (422).",
    ),
    OpenApiParameter(
        "Idempotent-Replayed",
        {"type": "string", "enum": ["true"]},
        OpenApiParameter.HEADER,
        description="The key was used before for the same bytes: this is the item from then.",
        response=[201],
    ),
]
"""How a file is handed in so that nobody does it twice."""


class InboxView(ListModelMixin, ApiView):
    intake_methods = frozenset({"POST"})
    serializer_class = ItemSerializer
    parser_classes = [MultiPartParser]
    largest_body = settings.UPLOAD_MAX_MB * 1024 * 1024 + MULTIPART_FRAME

    def get_queryset(self) -> InboxQuerySet:
        chosen = read_parameters(InboxFilter, self.request)
        settled = chosen.pop("settled")
        wanted: dict[str, Any] = {f"{name}__in": values for name, values in chosen.items()}
        if settled is not None:
            wanted["settled_at__isnull"] = not settled
        return InboxItem.objects.visible_to(self.actor).filter(**wanted)

    def paginate_queryset(self, queryset: Any) -> list[ItemAnswer]:  # type: ignore[override]
        return answers_for(self.actor, super().paginate_queryset(queryset) or [])

    @extend_schema(operation_id="inbox_list", parameters=[InboxFilter])
    def get(self, request: Request) -> Response:
        """The items of the inbox that you may see, newest first: what came in and what became of it."""
        return self.list(request)

    @extend_schema(
        operation_id="inbox_create",
        request=UploadSerializer,
        responses={
            201: OpenApiResponse(ItemSerializer, description="Taken in: stored, flushed and committed."),
        },
        examples=[answered("Taken in", ITEM_WAITING, 201)],
        parameters=SENT_ONCE,
    )
    def post(self, request: Request) -> Response:
        """Hands in one file. Once this answers, the file is safe; reading it goes on in the background.

        Follow the item (`links.self`) until its `state` is `done`, `refused` or `stuck`. Send an `Idempotency-Key`
        of your own with each file: whoever has to try again then never makes a second item.
        """
        upload = UploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        file = upload.validated_data["file"]
        delivery = Delivery(
            filename=file.name,
            source=Source.UPLOAD if is_browser(request) else Source.API,
            idempotency_key=idempotency_key(request),
        )
        receipt = take_in(self.actor, file.file, delivery, scope=inbox_scope_for(self.actor), clock=SystemClock())
        return receipt_answer(self, receipt)


class ItemView(ApiView):
    intake_methods = frozenset({"GET", "HEAD"})
    serializer_class = ItemSerializer

    @extend_schema(
        operation_id="inbox_retrieve", examples=[answered("Done", ITEM_DONE), answered("Refused", ITEM_REFUSED)]
    )
    def get(self, request: Request, item_id: UUID) -> Response:
        """One item: how far it is, the documents that it became, or why it was refused and what to do."""
        return item_answer(self, find_item(self.actor, item_id))


class _ItemActionView(ApiView):
    serializer_class = ItemSerializer
    service: Callable[[Actor, InboxItem], InboxItem]

    def _act(self, item_id: UUID) -> Response:
        return item_answer(self, self.service(self.actor, find_item(self.actor, item_id)))


class ItemRetryView(_ItemActionView):
    service = staticmethod(item_retry)

    @extend_schema(operation_id="inbox_retry", request=None)
    def post(self, request: Request, item_id: UUID) -> Response:
        """Runs a refused or stuck item again. Only where that can help (see `actions`), else 409."""
        return self._act(item_id)


class ItemAcceptView(_ItemActionView):
    service = staticmethod(item_accept)

    @extend_schema(operation_id="inbox_accept", request=None)
    def post(self, request: Request, item_id: UUID) -> Response:
        """Takes a refused item as it is: a photo or a plan that has no text."""
        return self._act(item_id)


class ItemSettleView(ApiView):
    serializer_class = ItemSerializer

    @extend_schema(operation_id="inbox_settle", request=SettleSerializer)
    def post(self, request: Request, item_id: UUID) -> Response:
        """Ticks a refused or stuck item off: nothing is left to do about it. `state` stays as it is."""
        item = find_item(self.actor, item_id)
        asked = SettleSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return item_answer(self, item_settle(self.actor, item, asked.validated_data["note"]))


class ItemReopenView(_ItemActionView):
    service = staticmethod(item_reopen)

    @extend_schema(operation_id="inbox_reopen", request=None)
    def post(self, request: Request, item_id: UUID) -> Response:
        """Takes back that an item was ticked off."""
        return self._act(item_id)


class ItemOriginalView(ApiView):
    @extend_schema(
        operation_id="inbox_original",
        parameters=[OriginalParameters],
        responses={(200, ANY_TYPE): OpenApiTypes.BINARY, **SENT_ON},
    )
    def get(self, request: Request, item_id: UUID) -> HttpResponseBase:
        """The file as it came in, whatever became of the item. With malware in it only to who insists (`despite`)."""
        item = find_item(self.actor, item_id)
        for document in Document.objects.filter(Q(item_id=item.pk, parent=None) | Q(pk__in=_read_by(item))):
            note_reading(self.actor, document, Way.DOWNLOAD)
        name = item.filename
        if is_quarantined(item):
            _insisted(self.actor, item, request)
            name += HARMLESS_ENDING
        return send(request, Download(item.key, item.sha256, item.size, ANY_TYPE, name))


def _read_by(item: InboxItem) -> list[UUID]:
    """The documents of which it is to be a version, or was made."""
    return [*([item.document_id] if item.document_id else []), *(UUID(key) for key in item.origins)]


def _insisted(actor: Actor, item: InboxItem, request: Request) -> None:
    """Raises Problem, unless somebody who may asks for malware in so many words."""
    if "despite" not in read_parameters(OriginalParameters, request):
        sentence = _(
            "In dieser Datei wurde Schadsoftware gefunden. Sie wird nur auf ausdrückliches Verlangen ausgegeben."
        )
        raise Problem(status.HTTP_409_CONFLICT, "malware_found", sentence)
    if request.method == "GET":
        note_fetched(actor, item)


def find_item(actor: Actor, item_id: UUID) -> InboxItem:
    """Raises NotFound, also for what this actor may not see."""
    item = InboxItem.objects.reachable_by(actor).filter(pk=item_id).first()
    if item is None:
        raise not_found()
    return item  # type: ignore[no-any-return]


def item_answer(view: ApiView, item: InboxItem, code: int = status.HTTP_200_OK) -> Response:
    [answer] = answers_for(view.actor, [item])
    return Response(view.get_serializer(answer).data, status=code)


def receipt_answer(view: ApiView, receipt: Receipt) -> Response:
    answer = item_answer(view, receipt.item, status.HTTP_201_CREATED)
    answer["Location"] = answer.data["links"]["self"]
    if not receipt.created:
        answer["Idempotent-Replayed"] = "true"
    return answer


def idempotency_key(request: Request) -> str | None:
    """Raises ValidationError: a key that is there must be usable, or its promise would silently not hold."""
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return None
    key = IdempotencyKeySerializer(data={"key": header.strip()})
    if not key.is_valid():
        raise ValidationError({"Idempotency-Key": key.errors["key"]})
    return str(key.validated_data["key"])
