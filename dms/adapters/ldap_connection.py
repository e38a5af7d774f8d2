"""Connections to an LDAP server: encrypted, with its certificate checked, following no referral, for a bounded time."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dms.adapters.ldap_library import ldap_library

LDAPS = 636
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
"""Those whom this machine trusts."""


@dataclass(frozen=True, slots=True)
class LdapServers:
    """`urls` are tried in turn. `starttls`: what begins with ldap:// is encrypted before anything is said."""

    urls: tuple[str, ...]
    starttls: bool
    ca_file: str
    bind_dn: str
    """Who searches; empty: anonymous."""
    bind_password: str
    timeout: float
    """Seconds, for each answer of each server."""


@contextmanager
def connected(servers: LdapServers, url: str) -> Iterator[Any]:
    """Nobody is logged in yet. Raises ldap.LDAPError, OSError."""
    if url.startswith("ldaps://"):
        _wait_for_tls(url, servers.timeout)
    ldap = ldap_library()
    connection = ldap.initialize(url)
    try:
        connection.timeout = servers.timeout
        for option, value in _options(ldap, servers):
            connection.set_option(option, value)
        if servers.starttls and url.startswith("ldap://"):
            connection.start_tls_s()
        yield connection
    finally:
        connection.unbind_ext()


@contextmanager
def searching(servers: LdapServers, url: str) -> Iterator[Any]:
    """Logged in as who may search. Raises ldap.LDAPError, OSError."""
    with connected(servers, url) as connection:
        connection.simple_bind_s(servers.bind_dn, servers.bind_password)
        yield connection


def _wait_for_tls(url: str, timeout: float) -> None:
    """Whether a server answers at all: libldap has no time limit for the beginning of TLS, so a server that hangs would
    keep one thread of the product after the other. The certificate is looked at by libldap. Raises OSError."""
    parts = urlsplit(url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((parts.hostname or "", parts.port or LDAPS), timeout) as door:
        try:
            context.wrap_socket(door).close()
        except ssl.SSLError:  # it answers
            return


def _options(ldap: Any, servers: LdapServers) -> Iterator[tuple[int, Any]]:
    yield ldap.OPT_PROTOCOL_VERSION, 3
    yield ldap.OPT_REFERRALS, 0
    yield ldap.OPT_NETWORK_TIMEOUT, servers.timeout
    yield ldap.OPT_TIMEOUT, servers.timeout
    yield ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND
    if authorities := servers.ca_file or (str(AUTHORITIES) if AUTHORITIES.exists() else ""):
        yield ldap.OPT_X_TLS_CACERTFILE, authorities
    yield ldap.OPT_X_TLS_NEWCTX, 0  # the last one: from here on the options above hold
