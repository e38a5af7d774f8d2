"""System checks for `check --deploy` and for each start: is this installation set up safely, and at all?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning

from dms.accounts.second_factor.demand import ALLOWED
from dms.adapters.ldap_library import LibraryMissing, ldap_library
from dms.records.dossiers.numbering import CASE_FIELDS, DOSSIER_FIELDS, pattern_problem

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


@register(Tags.models)
def reference_numbers_can_be_formed(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    needed = {"DOSSIER_NUMBER": (DOSSIER_FIELDS, {"number"}), "CASE_NUMBER": (CASE_FIELDS, {"dossier", "number"})}
    found: list[CheckMessage] = []
    for name, (fields, must) in needed.items():
        if problem := pattern_problem(getattr(settings, name), fields, frozenset(must)):
            found.append(
                Error(
                    f"{name} is no pattern for reference numbers: {problem}.",
                    hint="See docs/settings.md.",
                    id="config.E001",
                )
            )
    return found


@register(Tags.security)
def second_factor_is_asked_of_roles_that_exist(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """A misspelled role would leave those people unprotected without a word."""
    unknown = [name for name in settings.SECOND_FACTOR_FOR if name not in ALLOWED]
    if not unknown:
        return []
    hint = f"It may name: {', '.join(ALLOWED)} (docs/settings.md)."
    return [Error(f"SECOND_FACTOR_FOR names {', '.join(unknown)}, which is no role.", hint=hint, id="config.E002")]


@register(Tags.security)
def the_directory_can_be_asked(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.LDAP["servers"]["urls"]:
        return []
    try:
        ldap_library()
    except LibraryMissing as error:
        return [Error(str(error), hint="apt-get install python3-ldap (docs/login.md)", id="config.E003")]
    return []
