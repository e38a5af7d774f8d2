"""Where the settings of this checkout stand: the state folder and the file `env` in it.

Standard library only: manage.py reads it before it knows whether a Python environment exists.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent

GIVEN_SETTINGS = (
    "ALLOWED_HOSTS",
    "BEHIND_TLS",
    "BROKER_URL",
    "CASE_NUMBER",
    "CLAMD_MAX_MB",
    "CLAMD_URL",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_OWNER_URL",
    "DATABASE_URL",
    "DEBUG",
    "DOSSIER_NUMBER",
    "ELASTICSEARCH_API_KEY",
    "ELASTICSEARCH_CA",
    "ELASTICSEARCH_INDEX",
    "ELASTICSEARCH_PASSWORD",
    "ELASTICSEARCH_URL",
    "ELASTICSEARCH_USER",
    "LDAP_ALLOW_PLAIN",
    "LDAP_BIND_DN",
    "LDAP_BIND_PASSWORD",
    "LDAP_CA",
    "LDAP_CREATE_ACCOUNTS",
    "LDAP_EMAIL_ATTRIBUTE",
    "LDAP_GROUPS",
    "LDAP_GROUP_ATTRIBUTE",
    "LDAP_GROUP_BASE",
    "LDAP_GROUP_FILTER",
    "LDAP_NAME_ATTRIBUTE",
    "LDAP_STARTTLS",
    "LDAP_SUBJECT_ATTRIBUTE",
    "LDAP_TIMEOUT",
    "LDAP_URL",
    "LDAP_USERNAME_ATTRIBUTE",
    "LDAP_USER_BASE",
    "LDAP_USER_FILTER",
    "LOG_LEVEL",
    "MALWARE_SCANNER",
    "OBJECT_FOLDER",
    "OBJECT_STORE_ACCESS_KEY",
    "OBJECT_STORE_CA",
    "OBJECT_STORE_NEW_ACCESS_KEY",
    "OBJECT_STORE_NEW_CA",
    "OBJECT_STORE_NEW_PUBLIC_URL",
    "OBJECT_STORE_NEW_SECRET_KEY",
    "OBJECT_STORE_PLAN",
    "OBJECT_STORE_PUBLIC_URL",
    "OBJECT_STORE_SECRET_KEY",
    "OBJECT_STORE_URL",
    "OCR_ENGINE",
    "OCR_LANGUAGES",
    "OIDC_CA",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_CREATE_ACCOUNTS",
    "OIDC_GROUPS",
    "OIDC_GROUPS_CLAIM",
    "OIDC_ISSUER",
    "OIDC_LABEL",
    "OIDC_SCOPES",
    "OIDC_SECOND_FACTOR",
    "OIDC_USERNAME_CLAIM",
    "SEARCH_INDEX",
    "SECOND_FACTOR_FOR",
    "SECRET_KEY",
    "SECRET_KEY_OLD",
    "SEAL_HOURS",
    "SESSIONS_AT_ONCE",
    "SESSION_HOURS",
    "SESSION_IDLE_MINUTES",
    "STATIC_ROOT",
    "UPLOAD_MAX_MB",
    "UPLOAD_TEMP",
    "WATCH_FOLDER",
    "WATCH_INCOMPLETE_SECONDS",
    "WATCH_QUIET_SECONDS",
)
"""Settings that a person may give to `make run` and that `./manage.py` must see as well (docs/settings.md)."""


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """REGISTRATUR_STATE as an absolute path, else `.state` in the checkout. Need not exist."""
    return Path(environment.get("REGISTRATUR_STATE") or CHECKOUT / ".state").absolute()


def read_env(file: Path) -> dict[str, str]:
    """The `NAME=value` lines of a file; empty if there is no such file. Values are taken as they stand, unquoted."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    lines = (line.partition("=") for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return {name.strip(): value for name, _, value in lines}


def write_env(file: Path, values: Mapping[str, str]) -> None:
    """Replace the file in one step; nobody but its owner can read it at any moment."""
    for name, value in values.items():
        if "\n" in value:
            raise ValueError(f"{name} holds a line break; it cannot stand in {file}.")
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    lines = ["# Written by `make run`; it is written anew each time. docs/settings.md explains every name.\n"]
    lines += [f"{name}={value}\n" for name, value in sorted(values.items())]
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.writelines(lines)
    draft.replace(file)


def given(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The settings that the person set, each also as NAME_FILE (a secret that stands in a file)."""
    names = [*GIVEN_SETTINGS, *(f"{name}_FILE" for name in GIVEN_SETTINGS)]
    return {name: environment[name] for name in names if name in environment}


def complete_environment(environment: MutableMapping[str, str] = os.environ) -> Path:
    """Fill what the environment (this process's own) lacks from the state folder's `env`; returns that file.

    What the caller set wins, in either of its two spellings.
    """
    file = state_folder(environment) / "env"
    asked = {name.removesuffix("_FILE") for name in environment}
    kept = read_env(file).items()
    environment.update({name: value for name, value in kept if name.removesuffix("_FILE") not in asked})
    environment.setdefault("REGISTRATUR_STATE", str(file.parent))
    environment.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    return file
