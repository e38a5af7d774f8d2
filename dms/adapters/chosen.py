"""Which adapter stands behind which port: read from the settings once, checked when the product starts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.utils.module_loading import import_string

from dms.adapters.ldap_connection import LdapServers
from dms.adapters.ldap_directory import LdapDirectory, LdapPeople
from dms.adapters.oidc import OidcProvider
from dms.adapters.store_places import Place
from dms.adapters.store_plan import PlanFile, PlannedStore
from dms.ports import Directory, MalwareScanner, OcrEngine


def build_adapter(choice: Mapping[str, Any]) -> Any:
    """Makes the adapter that `choice["adapter"]` names; the other entries are its arguments. Raises ImportError."""
    arguments = {name: value for name, value in choice.items() if name != "adapter"}
    return import_string(choice["adapter"])(**arguments)


@cache
def object_store() -> PlannedStore:
    """An ObjectStore. Raises StoreMisconfigured."""
    return PlannedStore(Place(**settings.OBJECT_STORE), PlanFile(Path(settings.OBJECT_STORE_PLAN)))


@cache
def oidc_provider() -> OidcProvider:
    """The one that OIDC_ISSUER names; callers ask only where there is one."""
    asked = settings.OIDC
    return OidcProvider(
        asked["issuer"], asked["client_id"], asked["client_secret"], asked["scopes"],
        wanted=(asked["username_claim"], *([asked["groups_claim"]] if asked["groups"] else [])),
        ca_file=asked["ca_file"],
    )  # fmt: skip


@cache
def directory() -> Directory | None:
    """None where nobody logs in by one."""
    servers = LdapServers(**settings.LDAP["servers"])
    return LdapDirectory(servers, LdapPeople(**settings.LDAP["people"])) if servers.urls else None


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
