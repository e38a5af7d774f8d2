"""Settings about a directory (LDAP) in which people log in, as they are read from the environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.outside import group_map

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def ldap_settings(env: Callable[[str, str], str]) -> dict[str, Any]:
    """`servers` and `people` for LdapDirectory; no urls where nobody logs in by LDAP. Raises ImproperlyConfigured."""
    urls = env("LDAP_URL", "").replace(",", " ").split()
    starttls = _flag(env("LDAP_STARTTLS", ""), default=any(map(_leaves_this_machine, urls)))
    plain = [url for url in urls if _leaves_this_machine(url) and not starttls]
    if plain and not _flag(env("LDAP_ALLOW_PLAIN", "0")):
        raise ImproperlyConfigured(
            f"{plain[0]} would carry passwords in clear text. Take ldaps://, or LDAP_STARTTLS=1 (docs/login.md)."
        )
    if wrong := [url for url in urls if not url.startswith(("ldaps://", "ldap://", "ldapi://"))]:
        raise ImproperlyConfigured(f"LDAP_URL: {wrong[0]} is no address of a directory like ldaps://ldap.example.org.")
    found = {
        "servers": {
            "urls": tuple(urls), "starttls": starttls, "ca_file": env("LDAP_CA", ""),
            "bind_dn": env("LDAP_BIND_DN", ""), "bind_password": env("LDAP_BIND_PASSWORD", ""),
            "timeout": float(env("LDAP_TIMEOUT", "5")),
        },
        "people": {
            "base": env("LDAP_USER_BASE", ""), "filter": env("LDAP_USER_FILTER", "(uid={name})"),
            "subject": env("LDAP_SUBJECT_ATTRIBUTE", "entryUUID"), "username": env("LDAP_USERNAME_ATTRIBUTE", "uid"),
            "name": env("LDAP_NAME_ATTRIBUTE", "cn"), "email": env("LDAP_EMAIL_ATTRIBUTE", "mail"),
            "group_base": env("LDAP_GROUP_BASE", ""), "group_filter": env("LDAP_GROUP_FILTER", "(member={dn})"),
            "group_name": env("LDAP_GROUP_ATTRIBUTE", "cn"),
        },
        "creates": _flag(env("LDAP_CREATE_ACCOUNTS", "0")),
        "groups": group_map("LDAP_GROUPS", env("LDAP_GROUPS", "")),
    }  # fmt: skip
    _check_people(found, is_used=bool(urls))
    return found


def _check_people(found: Mapping[str, Any], *, is_used: bool) -> None:
    people, servers = found["people"], found["servers"]
    if is_used and not people["base"]:
        raise ImproperlyConfigured("LDAP_URL is set, so LDAP_USER_BASE is needed, too (docs/login.md).")
    if "{name}" not in people["filter"]:
        raise ImproperlyConfigured("LDAP_USER_FILTER has to hold {name}, like (uid={name}).")
    if servers["bind_dn"] and not servers["bind_password"]:  # servers would take it for anonymous (RFC 4513, 5.1.2)
        raise ImproperlyConfigured("LDAP_BIND_DN is set, so LDAP_BIND_PASSWORD (or _FILE) is needed, too.")
    if found["groups"] and not people["group_base"]:
        raise ImproperlyConfigured("LDAP_GROUPS is set, so LDAP_GROUP_BASE is needed, too.")


def _leaves_this_machine(url: str) -> bool:
    """In clear text, unless it is encrypted first."""
    parts = urlsplit(url)
    return parts.scheme == "ldap" and parts.hostname not in LOOPBACK


def _flag(text: str, *, default: bool = False) -> bool:
    return text.lower() in {"1", "true", "yes", "on"} if text.strip() else default
