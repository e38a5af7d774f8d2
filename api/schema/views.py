"""The description of the API for programs (`schema/`) and for people (`schema/docs/`), and paths that do not exist."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from api.http.base import AnswerAnyway

DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Like that of all pages, but Swagger UI sets styles at elements."""


class SchemaView(SpectacularAPIView):
    """OpenAPI 3, as YAML or by `Accept` as JSON."""

    content_negotiation_class = DefaultContentNegotiation


class SchemaDocsView(SpectacularSwaggerSplitView):
    """Swagger UI from our own files; its start script comes by a request of its own, so that the page holds none."""

    content_negotiation_class = AnswerAnyway
    url_name = "api:schema"

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Content-Security-Policy"] = DOCS_POLICY
        answer["Cache-Control"] = "private, no-store"
        return answer


@extend_schema(exclude=True)
class NoSuchPathView(APIView):
    """Paths below the API that do not exist. A missing slash is put right, keeping method and body (308)."""

    content_negotiation_class = AnswerAnyway

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not _exists_with_slash(request.path_info):
            raise Http404

    def _go_on(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponsePermanentRedirect:
        query = f"?{query}" if (query := request.META.get("QUERY_STRING")) else ""
        return HttpResponsePermanentRedirect(f"{request.path}/{query}", preserve_request=True)

    get = post = put = patch = delete = _go_on


def _exists_with_slash(path: str) -> bool:
    if path.endswith("/"):
        return False
    try:
        found = resolve(f"{path}/")
    except Resolver404:
        return False
    return getattr(found.func, "view_class", None) is not NoSuchPathView
