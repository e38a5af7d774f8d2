"""What each failure of an S3 server means to us: missing, taken, damaged, locked, set up wrongly, or away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from xml.etree.ElementTree import ParseError

from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError, ProtocolError

from dms.ports import (
    ObjectDamaged,
    ObjectExists,
    ObjectMissing,
    ObjectStoreError,
    StoreMisconfigured,
    StoreUnavailable,
)

MISSING = {"NoSuchKey", "NoSuchVersion", "NoSuchObject"}
TAKEN = {"PreconditionFailed", "ConditionalRequestConflict", "XMinioObjectExistsAsDirectory", "XMinioParentIsObject"}
DAMAGED = {
    "BadDigest",
    "InvalidDigest",
    "XAmzContentChecksumMismatch",
    "XAmzContentSHA256Mismatch",
    "XMinioObjectTampered",
    "XMinioDataMissing",
}
NOT_SET_UP = {"NotImplemented"}
UNREADABLE = {"SlowDownRead", "XMinioReadQuorum"}
AWAY = {"OperationAborted", "QuotaExceeded", "RequestTimeout", "TooManyRequests", "XMinioAdminBucketQuotaExceeded"}
"""Beside all answers of 500 and more, among them a disk that is full."""


class BrokenOff(StoreUnavailable):
    """The answer ended too early, or the server cannot read: it may be away, or what it keeps is damaged."""


MEANINGS: tuple[tuple[set[str], type[ObjectStoreError]], ...] = (
    (MISSING, ObjectMissing),
    (TAKEN, ObjectExists),
    (DAMAGED, ObjectDamaged),
    (NOT_SET_UP, StoreMisconfigured),
    (UNREADABLE, BrokenOff),
    (AWAY, StoreUnavailable),
)


NO_ENCRYPTION = (
    "The server does not encrypt what it stores. Give it a key (MinIO: MINIO_KMS_SECRET_KEY), or add ?encryption=off to"
    " OBJECT_STORE_URL"
)


NO_RIGHT = "The account has no right to this, or the server's disk is read-only (MinIO calls both the same)"
WRONG_CLOCK = "The clocks of this machine and of the server differ. Set both by a time server"
ADVICE = (({"RequestTimeTooSkewed", "RequestExpired"}, WRONG_CLOCK), ({"AccessDenied"}, NO_RIGHT))


@contextmanager
def translating(what: str) -> Iterator[None]:
    """Whatever the SDK raises within the block leaves it as an ObjectStoreError; `what` is the key or the bucket."""
    try:
        yield
    except S3Error as error:
        raise meaning(what, error) from error
    except ProtocolError as error:
        raise BrokenOff(f"{what}: {error}") from error
    except (MinioException, HTTPError, ParseError) as error:  # no answer, or none that S3 would give
        raise StoreUnavailable(f"{what}: {error}") from error


def meaning(what: str, error: S3Error) -> ObjectStoreError:
    """The message holds the server's own words, for whoever has to mend it; never a credential."""
    said = f"{what}: {error.code}: {error.message}"
    if error.code == "NotImplemented" and "encryption" in (error.message or "").lower():
        return StoreMisconfigured(f"{said}. {NO_ENCRYPTION}")
    for codes, advice in ADVICE:
        if error.code in codes:
            return StoreMisconfigured(f"{said} {advice}")
    for codes, kind in MEANINGS:
        if error.code in codes:
            return kind(said)
    status = getattr(error.response, "status", 0)
    # what we have never heard of is no fault of the object: nothing is lost, and somebody has to look at the settings
    return StoreUnavailable(said) if status >= HTTPStatus.INTERNAL_SERVER_ERROR else StoreMisconfigured(said)
