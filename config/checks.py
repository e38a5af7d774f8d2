"""System checks for `check --deploy` and for each start: is this installation as safe as its surroundings ask?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as CheckWarning

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


@register(Tags.security, deploy=True)
def encrypted_beyond_this_machine(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    others = [host for host in settings.ALLOWED_HOSTS if host not in LOOPBACK]
    if settings.BEHIND_TLS or not others:
        return []
    return [
        CheckWarning(
            f"The pages answer to {', '.join(others)} without TLS: passwords and letters can be read on the way.",
            hint="Put a proxy with TLS in front and set BEHIND_TLS=1 (docs/operations.md).",
            id="config.W001",
        )
    ]


@register(Tags.security, deploy=True)
def two_database_logins(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    logins = {alias: settings.DATABASES[alias]["USER"] for alias in ("default", "owner")}
    if logins["default"] != logins["owner"]:
        return []
    return [
        CheckWarning(
            "One database login does everything, so the product could take off the guards of its own audit trail.",
            hint="Give two: DATABASE_URL and DATABASE_OWNER_URL (docs/settings.md).",
            id="config.W002",
        )
    ]
