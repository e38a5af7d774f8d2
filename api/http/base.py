"""What all views of the API share: who acts, how large a request may be, and that answers are not kept by caches."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, ListField, RegexField, Serializer

from api.http.etags import etag_of
from api.http.problems import not_found, too_large
from api.http.purposes import purposes_of
from dms.access.actors import Actor, actor_for

M = TypeVar("M", bound=Model)
LARGEST_BODY = 1024 * 1024
KIND_VALUES = "Slugs; an empty one: unsure; `-`: a person decided that no kind fits."


class AnswerAnyway(DefaultContentNegotiation):
    """Each path answers in one way, so `Accept` is not judged: a download may be asked for by `Accept: image/*`."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type


class ApiView(GenericAPIView):
    """Only for those who are logged in (settings: IsAuthenticated).

    Most views do three things: find what the address names, read what is asked, answer what there is now.
    """

    content_negotiation_class = AnswerAnyway
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    largest_body = LARGEST_BODY

    @cached_property
    def actor(self) -> Actor:
        """One object per request, so that the actor's scopes are looked up once."""
        return actor_for(self.request.user, purposes_of(self.request))  # type: ignore[arg-type]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if _announced(request) > self.largest_body:
            raise too_large()
        super().initial(request, *args, **kwargs)

    def find(self, rows: QuerySet[M], **key: Any) -> M:
        """The one row among those that the actor may see. Raises NotFound, also for what is none of theirs."""
        found = rows.filter(**key).first()
        if found is None:
            raise not_found()
        return found

    def asked(self, shape: type[Serializer]) -> dict[str, Any]:
        """The body as the serializer describes it. Raises ValidationError, naming each wrong field."""
        return _valid(shape(data=self.request.data))

    def answer(self, told: Any, code: int = 200, *, of: Model | None = None, many: bool = False) -> Response:
        """`told` in the shape of this view; with the `ETag` of the record that it is about."""
        shown = self.get_serializer(told, many=many).data
        return Response(shown, status=code, headers=etag_of(of) if of is not None else None)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer: HttpResponse = super().finalize_response(request, response, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", "private, no-store")
        return answer


class TypedTextField(CharField):
    """What somebody typed: a sign that no keyboard has is left out instead of refused."""

    def to_internal_value(self, data: Any) -> str:
        return str(super().to_internal_value(data)).replace("\0", "")


class KindsField(ListField):
    """Values of kinds (`dms.records.documents.kinds`)."""

    def __init__(self, **kwargs: Any) -> None:
        slug = RegexField(r"^[-a-z0-9_]{0,40}$", allow_blank=True)
        super().__init__(child=slug, help_text=KIND_VALUES, **kwargs)


def _announced(request: Request) -> int:
    """What cannot be read as a number is no body for the server either."""
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(length) if length.isascii() and length.isdigit() else 0


def read_parameters(shape: type[Serializer], request: Request) -> dict[str, Any]:
    """The query's parameters as the serializer describes them. Raises ValidationError, naming each wrong one."""
    return _valid(shape(data=request.query_params))


def _valid(given: Serializer) -> dict[str, Any]:
    given.is_valid(raise_exception=True)
    read: dict[str, Any] = given.validated_data
    return read
