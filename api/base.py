"""What all views of the API share: who acts, how large a request may be, and that answers are not kept by caches."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.http import HttpResponse
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from api.problems import too_large
from dms.access.actors import Actor, actor_for

LARGEST_BODY = 1024 * 1024


class AnswerAnyway(DefaultContentNegotiation):
    """Each path answers in one way, so `Accept` is not judged: a download may be asked for by `Accept: image/*`."""

    def select_renderer(
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class ApiView(GenericAPIView):
    """Only for those who are logged in (settings: IsAuthenticated)."""

    content_negotiation_class = AnswerAnyway
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    largest_body = LARGEST_BODY

    @cached_property
    def actor(self) -> Actor:
        """One object per request, so that the actor's scopes are looked up once."""
        return actor_for(self.request.user)  # type: ignore[arg-type]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if _announced(request) > self.largest_body:
            raise too_large()
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer: HttpResponse = super().finalize_response(request, response, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", "private, no-store")
        return answer


def _announced(request: Request) -> int:
    """What cannot be read as a number is no body for the server either."""
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(length) if length.isascii() and length.isdigit() else 0


def read_parameters(shape: type[Serializer], request: Request) -> dict[str, Any]:
    """The query's parameters as the serializer describes them. Raises ValidationError, naming each wrong one."""
    parameters = shape(data=request.query_params)
    parameters.is_valid(raise_exception=True)
    read: dict[str, Any] = parameters.validated_data
    return read
