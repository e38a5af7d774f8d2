"""`ETag` and `If-Match`: whoever changes something can demand that it is still what was looked at."""

from __future__ import annotations

from django.db import models
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from dms.records.meanwhile import state_digest

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="Change only what still has this ETag (else 412)."
)


def etag_of(record: models.Model) -> dict[str, str]:
    return {"ETag": f'"{state_digest(record)}"'}


def expected_of(request: Request, record: models.Model) -> str | None:
    """What `If-Match` asks for. None: anything; of several tags the one that fits counts."""
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    tags = [tag.strip().strip('"') for tag in header.split(",")]
    now = state_digest(record)
    return now if now in tags else tags[0]
