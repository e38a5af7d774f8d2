"""Errors as problem+json (RFC 9457): a code for programs, a German sentence with the next step for people."""

from __future__ import annotations

import errno
import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status

from dms.access.permissions import Permission
from dms.access.rule import NotAllowed
from dms.audit.lifecycle import NotPossible
from dms.ports import ObjectLocked, ObjectStoreError, StoreUnavailable
from dms.records.documents.facts import InvalidFact
from dms.records.fields.filling import InvalidFields
from dms.records.meanwhile import ChangedMeanwhile
from dms.records.protection.reading import PurposeNeeded
from ingest.intake import KeyUsedForOtherBytes
from search.ports import SearchUnavailable

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: gettext_lazy("Fehlerhafte Anfrage"),
    401: gettext_lazy("Anmeldung nötig"),
    403: gettext_lazy("Nicht erlaubt"),
    404: gettext_lazy("Nicht gefunden"),
    405: gettext_lazy("Methode nicht vorgesehen"),
    409: gettext_lazy("Zurzeit nicht möglich"),
    412: gettext_lazy("Inzwischen geändert"),
    413: gettext_lazy("Zu groß"),
    415: gettext_lazy("Inhaltstyp nicht vorgesehen"),
    416: gettext_lazy("Bereich nicht vorhanden"),
    422: gettext_lazy("Nicht ausführbar"),
    428: gettext_lazy("Zweck nötig"),
    500: gettext_lazy("Interner Fehler"),
    503: gettext_lazy("Vorübergehend nicht verfügbar"),
}
VIEWING = {
    Permission.INBOX_VIEW,
    Permission.DOCUMENT_VIEW,
    Permission.HISTORY_VIEW,
    Permission.DOSSIER_VIEW,
    Permission.PLAN_VIEW,
}


class Problem(exceptions.APIException):
    """An error with a stable code; `sentence` is what people read, `headers` what the answer says beside it."""

    def __init__(self, status_code: int, code: str, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence, code)
        self.status_code = status_code
        self.headers = dict(headers or {})


def problem_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """DRF's exception handler, and so the edge: every error of the API passes here and none leaves as a trace."""
    told = _told(error)
    if told.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s answers %s: %s", type(context.get("view")).__name__, told.status_code, error, exc_info=error)
    return problem_response(told)


def problem_response(error: exceptions.APIException) -> HttpResponse:
    """Always JSON, whatever was asked for: a program that cannot read the error cannot act on it."""
    code, sentence, fields = _parts(error)
    title = TITLES.get(error.status_code) or HTTPStatus(error.status_code).phrase
    body = {"type": "about:blank", "title": title, "status": error.status_code, "code": code, "detail": sentence}
    if fields:
        body["errors"] = fields
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False, default=str), content_type=MEDIA_TYPE, status=error.status_code
    )
    response["Cache-Control"] = "no-store"
    for name, value in _headers(error).items():
        response[name] = value
    return response


def not_found() -> exceptions.NotFound:
    """One and the same answer for what does not exist and for what this person may not see."""
    return exceptions.NotFound(_("Das gibt es nicht, oder Sie dürfen es nicht sehen."))


def _told(error: Exception) -> exceptions.APIException:
    """Any error as HTTP says it."""
    match error:
        case Http404():
            return not_found()
        case NotAllowed():
            # what is acted on was found first, so only looking itself has to be kept secret
            return not_found() if error.permission in VIEWING else _forbidden()
        case PermissionDenied():
            return _forbidden()
        case exceptions.ParseError():
            sentence = _("Die Anfrage lässt sich nicht lesen. Bitte den Inhalt und den Content-Type prüfen.")
            return Problem(status.HTTP_400_BAD_REQUEST, "parse_error", sentence)
        case exceptions.APIException():
            return error
    return _told_of_services(error) or _told_of_transport(error) or _unexpected()


def _told_of_services(error: Exception) -> exceptions.APIException | None:
    match error:
        case InvalidFact() | InvalidFields():
            return exceptions.ValidationError(_wrong(error))
        case ChangedMeanwhile():
            return Problem(status.HTTP_412_PRECONDITION_FAILED, error.code, str(error))
        case PurposeNeeded():
            sentence = _("{sentence} Programme nennen ihn im Header „Registratur-Purpose“.").format(sentence=error)
            return Problem(status.HTTP_428_PRECONDITION_REQUIRED, error.code, sentence)
        case NotPossible():
            return Problem(status.HTTP_409_CONFLICT, error.code, str(error))
        case KeyUsedForOtherBytes():
            sentence = _("Dieser Idempotency-Key wurde schon für eine andere Datei verwendet.")
            return Problem(status.HTTP_422_UNPROCESSABLE_ENTITY, "idempotency_key_reused", sentence)
    return _told_of_ports(error)


def _wrong(error: InvalidFact | InvalidFields) -> dict[str, Any]:
    if isinstance(error, InvalidFields):
        return {"fields": {key: [said] for key, said in error.errors.items()}}
    return {error.field: [str(error)]}


def _told_of_ports(error: Exception) -> Problem | None:
    match error:
        case StoreUnavailable():
            return _store_unavailable()
        case ObjectLocked():
            sentence = _(
                "Der Speicher schützt diese Datei noch (Aufbewahrung oder Sperre); es wurde nichts gelöscht. Bitte die"
                " IT verständigen."
            )
            return Problem(status.HTTP_409_CONFLICT, "object_locked", sentence)
        case ObjectStoreError():
            sentence = _("Die gespeicherte Datei ist beschädigt oder fehlt. Bitte die IT verständigen.")
            return Problem(status.HTTP_500_INTERNAL_SERVER_ERROR, "object_damaged", sentence)
        case OperationalError() | InterfaceError():
            sentence = _("Die Datenbank antwortet zurzeit nicht; es wurde nichts geändert. Bitte gleich noch einmal.")
            return Problem(status.HTTP_503_SERVICE_UNAVAILABLE, "database_unavailable", sentence, {"Retry-After": "10"})
        case SearchUnavailable():
            sentence = _("Die Suche antwortet zurzeit nicht; alles andere geht weiter. Bitte später noch einmal.")
            return Problem(status.HTTP_503_SERVICE_UNAVAILABLE, "search_unavailable", sentence, {"Retry-After": "10"})
    return None


def _told_of_transport(error: Exception) -> Problem | None:
    match error:
        case RequestDataTooBig():
            return too_large()
        case SuspiciousOperation():
            sentence = _("Die Anfrage ist so nicht zulässig.")
            return Problem(status.HTTP_400_BAD_REQUEST, "suspicious", sentence)
        case OSError() if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return _store_unavailable()  # the upload's own temporary file found no room
    return None


def too_large() -> Problem:
    sentence = _("Die Anfrage ist zu groß. Bitte in mehrere Dateien aufteilen.")
    return Problem(status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, "too_large", sentence)


def _store_unavailable() -> Problem:
    sentence = _("Der Speicher antwortet nicht oder ist voll. Es wurde nichts angenommen; bitte später noch einmal.")
    return Problem(status.HTTP_503_SERVICE_UNAVAILABLE, "store_unavailable", sentence, {"Retry-After": "30"})


def busy() -> Problem:
    """So many requests hang that the last thread is kept for whoever asks what is wrong."""
    sentence = _("Zurzeit warten zu viele Anfragen auf Antwort; es wurde nichts geändert. Bitte gleich noch einmal.")
    return Problem(status.HTTP_503_SERVICE_UNAVAILABLE, "busy", sentence, {"Retry-After": "10"})


def _forbidden() -> Problem:
    return Problem(status.HTTP_403_FORBIDDEN, "not_allowed", _("Dazu haben Sie kein Recht."))


def _unexpected() -> Problem:
    sentence = _("Es ist ein unerwarteter Fehler aufgetreten. Bitte noch einmal versuchen oder die IT verständigen.")
    return Problem(status.HTTP_500_INTERNAL_SERVER_ERROR, "unexpected", sentence)


def _parts(error: exceptions.APIException) -> tuple[str, str, Any]:
    """Code, sentence, and what is wrong with which field."""
    if isinstance(error, exceptions.ValidationError):
        return "invalid", _("Die Angaben sind unvollständig oder falsch."), error.detail
    codes = error.get_codes()
    return (codes if isinstance(codes, str) else "error"), str(error.detail), None


def _headers(error: exceptions.APIException) -> dict[str, str]:
    """`auth_header` is what DRF's view found out about how to log in."""
    headers: dict[str, str] = dict(getattr(error, "headers", {}))
    if login := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = login
    return headers
