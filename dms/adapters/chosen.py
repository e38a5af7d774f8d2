"""Which adapter stands behind which port: read from the settings once, checked when the product starts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.utils.module_loading import import_string

from dms.ports import MalwareScanner, ObjectStore, OcrEngine


def build_adapter(choice: Mapping[str, Any]) -> Any:
    """Makes the adapter that `choice["adapter"]` names; the other entries are its arguments. Raises ImportError."""
    arguments = {name: value for name, value in choice.items() if name != "adapter"}
    return import_string(choice["adapter"])(**arguments)


@cache
def object_store() -> ObjectStore:
    return cast(ObjectStore, build_adapter(settings.OBJECT_STORE))


@cache
def ocr_engine() -> OcrEngine:
    return cast(OcrEngine, build_adapter(settings.OCR_ENGINE))


@cache
def malware_scanner() -> MalwareScanner:
    return cast(MalwareScanner, build_adapter(settings.MALWARE_SCANNER))


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)
