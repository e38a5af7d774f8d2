"""Errors as problem+json (RFC 9457): a code for programs, a German sentence and the next step for people."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from dms.access.rule import NotAllowed
from dms.audit.lifecycle import NotPossible
from dms.ports import ObjectStoreError, StoreUnavailable
from ingest.intake import KeyUsedForOtherBytes

MEDIA_TYPE = "application/problem+json"


class Problem(exceptions.APIException):
    """An error with a stable code; `detail` is the sentence that people read."""

    def __init__(self, status_code: int, code: str, sentence: str) -> None:
        super().__init__(sentence, code)
        self.status_code = status_code


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every error that the API answers passes here."""
    error = _translated(error)
    response = exception_handler(error, context)
    if response is None:
        return None
    code, sentence, fields = _parts(error)
    response.data = {
        "type": "about:blank",
        "title": sentence,
        "status": response.status_code,
        "code": code,
        **({"errors": fields} if fields else {}),
    }
    response.content_type = MEDIA_TYPE
    return response


def _translated(error: Exception) -> Exception:
    """Errors of the services, as HTTP says them. Not allowed is "not found": existence is part of the secret."""
    match error:
        case NotAllowed() | Http404() | PermissionDenied():
            return exceptions.NotFound(_("Das gibt es nicht, oder Sie dürfen es nicht sehen."))
        case NotPossible():
            return Problem(status.HTTP_409_CONFLICT, error.code, str(error))
        case KeyUsedForOtherBytes():
            sentence = _("Dieser Idempotency-Key wurde schon für eine andere Datei verwendet.")
            return Problem(status.HTTP_422_UNPROCESSABLE_ENTITY, "idempotency_key_reused", sentence)
        case StoreUnavailable():
            sentence = _("Der Speicher antwortet nicht oder ist voll. Es wurde nichts angenommen; bitte später noch einmal.")
            return Problem(status.HTTP_503_SERVICE_UNAVAILABLE, "store_unavailable", sentence)
        case ObjectStoreError():
            sentence = _("Die gespeicherte Datei ist beschädigt oder fehlt. Bitte die IT verständigen.")
            return Problem(status.HTTP_500_INTERNAL_SERVER_ERROR, "object_damaged", sentence)
    return error


def _parts(error: Exception) -> tuple[str, str, Any]:
    if isinstance(error, exceptions.ValidationError):
        return "invalid", _("Die Angaben sind unvollständig oder falsch."), error.detail
    assert isinstance(error, exceptions.APIException)
    codes = error.get_codes()
    return (codes if isinstance(codes, str) else "error"), str(error.detail), None
