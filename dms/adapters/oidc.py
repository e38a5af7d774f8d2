"""A provider of logins by OpenID Connect, asked with the authorization code flow and PKCE (RFC 7636, S256).

What it says about itself (OpenID Connect Discovery 1.0) is asked once an hour, its keys whenever a token names one that
is not known. Nothing of a person is kept here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import urllib3
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from urllib3.exceptions import HTTPError

from dms.adapters.oidc_errors import ProviderRefused, ProviderUnreachable, TokenRefused
from dms.adapters.oidc_logout import LONGEST_TOKEN, LoginEnded, verified_logout
from dms.adapters.oidc_token import LEEWAY_SECONDS, UnknownKey, check_login_is_fresh, verified_claims

log = logging.getLogger(__name__)
T = TypeVar("T")
KEPT_SECONDS = 3600
STRANGERS_SECONDS = 60
LONGEST_ANSWER = 1024 * 1024
CONNECT_SECONDS, READ_SECONDS = 4.0, 8.0
CLIENT_ERROR, SERVER_ERROR, REDIRECTION = 400, 500, 300


@dataclass(frozen=True, slots=True)
class Begun:
    """A login on its way: what has to come back, and what proves that it is ours. Stays in the browser's session."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class LoggedIn:
    claims: dict[str, Any]
    id_token: str
    """For logging out there."""


@dataclass
class OidcProvider:
    """`issuer` as the provider writes it. `ca_file`: a certificate authority of the town's own, as PEM."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: str = "openid profile email"
    wanted: tuple[str, ...] = ()
    """Claims without which the provider is asked once more (`userinfo`)."""
    ca_file: str = ""

    def __post_init__(self) -> None:
        self._http = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS), retries=False,
            ca_certs=self.ca_file or None, cert_reqs="CERT_REQUIRED",
        )  # fmt: skip
        self._said: tuple[float, dict[str, Any]] | None = None
        self._keys: KeySet | None = None
        self._keys_asked = 0.0

    def begin(self, redirect_uri: str) -> Begun:
        return Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), redirect_uri)

    def login_address(self, begun: Begun, *, language: str = "", anew: bool = False) -> str:
        """Where the browser goes. `anew`: the provider shall not go by an earlier login. Raises OidcError."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": begun.redirect_uri,
            "scope": self.scopes, "state": begun.state, "nonce": begun.nonce,
            "code_challenge": challenge, "code_challenge_method": "S256", "ui_locales": language,
            **({"prompt": "login", "max_age": str(LEEWAY_SECONDS)} if anew else {}),
        }  # fmt: skip
        return _with(self._endpoint("authorization_endpoint"), {name: value for name, value in asked.items() if value})

    def finish(self, begun: Begun, code: str, *, now: datetime, anew_since: datetime | None = None) -> LoggedIn:
        """Who came back with this code; with `anew_since` only after a login since then. Raises OidcError."""
        answer = self._tokens(begun, code)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise TokenRefused("the provider sent no ID token; is `openid` among the scopes?")
        claims = self._verified(token, begun, now)
        if anew_since is not None:
            check_login_is_fresh(claims, anew_since)
        missing = any(name not in claims for name in self.wanted)
        if missing and "userinfo_endpoint" in self._metadata() and isinstance(answer.get("access_token"), str):
            claims = {**self._userinfo(answer["access_token"], claims["sub"]), **claims}
        return LoggedIn(claims, token)

    def logout_address(self, id_token: str, back_to: str) -> str | None:
        """Where the browser ends the login there, too; None where the provider has no such place. Raises OidcError."""
        if not self._metadata().get("end_session_endpoint"):
            return None
        asked = {"id_token_hint": id_token, "client_id": self.client_id, "post_logout_redirect_uri": back_to}
        return _with(self._endpoint("end_session_endpoint"), asked)

    def login_ended(self, token: str, *, now: datetime) -> LoginEnded:
        """Whose login there has ended, by a token that anybody may have sent. Raises OidcError."""
        if len(token) > LONGEST_TOKEN:
            raise TokenRefused("it is too long")
        check = partial(verified_logout, token, issuer=self.issuer, client_id=self.client_id, now=now)
        return self._checked(check, from_strangers=True)

    def _tokens(self, begun: Begun, code: str) -> dict[str, Any]:
        sent = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": begun.redirect_uri,
            "code_verifier": begun.verifier,
        }  # fmt: skip
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        ways = self._metadata().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if self.client_secret and "client_secret_basic" in ways:
            pair = f"{quote(self.client_id, safe='')}:{quote(self.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            sent["client_id"] = self.client_id
            if self.client_secret:
                sent["client_secret"] = self.client_secret
        return self._asked("POST", self._endpoint("token_endpoint"), headers, urlencode(sent))

    def _verified(self, token: str, begun: Begun, now: datetime) -> dict[str, Any]:
        check = partial(
            verified_claims, token, issuer=self.issuer, client_id=self.client_id, nonce=begun.nonce, now=now
        )
        return self._checked(check)

    def _checked(self, check: Callable[[KeySet], T], *, from_strangers: bool = False) -> T:
        """With the keys that are known, and with those of today when it names another (key rotation): for strangers,
        who could make us ask for ever, at most once a minute."""
        if self._keys is not None:
            try:
                return check(self._keys)
            except UnknownKey:
                if from_strangers and monotonic() - self._keys_asked < STRANGERS_SECONDS:
                    raise
                log.info("the provider of logins signs with a new key; its keys are asked anew")
        return check(self._fresh_keys())

    def _fresh_keys(self) -> KeySet:
        self._keys_asked = monotonic()
        answer = self._asked("GET", self._endpoint("jwks_uri"), {"Accept": "application/json"})
        try:
            # keys for encryption are not keys for signing
            usable = [key for key in answer["keys"] if key.get("use", "sig") == "sig" and key.get("kty") != "oct"]
            self._keys = KeySet.import_key_set({"keys": usable})
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProviderUnreachable(f"its keys cannot be read: {error}") from None
        return self._keys

    def _userinfo(self, access_token: str, subject: str) -> dict[str, Any]:
        headers = {"Accept": "application/json", "Authorization": f"Bearer {access_token}"}
        answer = self._asked("GET", self._endpoint("userinfo_endpoint"), headers)
        if answer.get("sub") != subject:
            raise TokenRefused("userinfo is about somebody else")
        return answer

    def _metadata(self) -> dict[str, Any]:
        if self._said is None or monotonic() - self._said[0] > KEPT_SECONDS:
            address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            answer = self._asked("GET", address, {"Accept": "application/json"})
            if answer.get("issuer") != self.issuer:
                raise ProviderRefused(f"it calls itself {answer.get('issuer')!r}; OIDC_ISSUER is {self.issuer!r}")
            self._said = (monotonic(), answer)
        return self._said[1]

    def _endpoint(self, name: str) -> str:
        """As safe as the issuer: encrypted where that is. Raises ProviderRefused."""
        address = self._metadata().get(name)
        if not isinstance(address, str) or urlsplit(address).scheme not in {"https", urlsplit(self.issuer).scheme}:
            raise ProviderRefused(f"its {name} is {address!r}")
        return address

    def _asked(self, method: str, address: str, headers: dict[str, str], body: str | None = None) -> dict[str, Any]:
        """Its answer as JSON. Follows no redirection: secrets go where they were meant to go, and nowhere else."""
        try:
            answer = self._http.request(
                method, address, headers=headers, body=body, redirect=False, preload_content=False
            )
            text = answer.read(LONGEST_ANSWER, decode_content=True)
            answer.release_conn()
        except HTTPError as error:
            raise ProviderUnreachable(f"{address}: {error}") from None
        if answer.status >= SERVER_ERROR or REDIRECTION <= answer.status < CLIENT_ERROR:
            raise ProviderUnreachable(f"{address} answers {answer.status}")
        try:
            found = json.loads(text)
        except ValueError:
            raise ProviderUnreachable(f"{address} answers {answer.status}, and not with JSON") from None
        if not isinstance(found, dict):
            raise ProviderUnreachable(f"{address} answers with JSON that is no object")
        if answer.status >= CLIENT_ERROR:
            told = {name: found.get(name) for name in ("error", "error_description")}
            raise ProviderRefused(f"{address} answers {answer.status}: {told}")
        return found


def _with(address: str, asked: dict[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"
