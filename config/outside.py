"""Settings about people who log in elsewhere, as they are read from the environment."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def group_map(name: str, text: str) -> dict[str, list[str | int]]:
    """Which of our units and groups (by name or number) stand for a group there, from the JSON of the setting `name`.

    `{"ewo": "Bürgerbüro", "bauamt": ["Bauamt", 12]}`. Empty text: none. Raises ImproperlyConfigured.
    """
    if not text.strip():
        return {}
    try:
        found = json.loads(text)
        return {str(group): _bodies(bodies) for group, bodies in found.items()}
    except (ValueError, AttributeError, TypeError):
        raise ImproperlyConfigured(
            f'{name} has to be JSON like {{"group there": "unit or group here", "another": ["Bauamt", 12]}}.'
        ) from None


def oidc_settings(env: Callable[[str, str], str]) -> dict[str, Any]:
    """`issuer` is empty where nobody logs in by OIDC. Raises ImproperlyConfigured."""
    issuer = env("OIDC_ISSUER", "")
    parts = urlsplit(issuer)
    if issuer and not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        raise ImproperlyConfigured("OIDC_ISSUER has to begin with https://, exactly as the provider writes it.")
    if issuer and not env("OIDC_CLIENT_ID", ""):
        raise ImproperlyConfigured("OIDC_ISSUER is set, so OIDC_CLIENT_ID is needed, too (docs/login.md).")
    return {
        "issuer": issuer,
        "client_id": env("OIDC_CLIENT_ID", ""),
        "client_secret": env("OIDC_CLIENT_SECRET", ""),
        "scopes": env("OIDC_SCOPES", "openid profile email"),
        "username_claim": env("OIDC_USERNAME_CLAIM", "preferred_username"),
        "groups_claim": env("OIDC_GROUPS_CLAIM", "groups"),
        "label": env("OIDC_LABEL", "") or (parts.hostname or ""),
        "creates": env("OIDC_CREATE_ACCOUNTS", "0").lower() in {"1", "true", "yes", "on"},
        "groups": group_map("OIDC_GROUPS", env("OIDC_GROUPS", "")),
        "second_factor": env("OIDC_SECOND_FACTOR", "").replace(",", " ").split(),
        "ca_file": env("OIDC_CA", ""),
    }


def _bodies(value: object) -> list[str | int]:
    bodies: list[object] = value if isinstance(value, list) else [value]
    known = [body for body in bodies if isinstance(body, str | int) and not isinstance(body, bool)]
    if len(known) < len(bodies):
        raise TypeError
    return known
