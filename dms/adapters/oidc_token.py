"""Is this ID token really of our provider, for us, for this login, and of now? (OpenID Connect Core 1.0, §3.1.3.7)"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from dms.adapters.oidc_errors import ClocksDiffer, LoginIsOld, TokenRefused

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signed with a key of which we know the public half only: neither `none` nor HS256 and its like."""
LEEWAY_SECONDS = 60
LONGEST_SUBJECT = 255


class UnknownKey(TokenRefused):
    """Signed with a key that is not among these: they may have been changed meanwhile."""


def verified_claims(
    token: str, keys: KeySet, *, issuer: str, client_id: str, nonce: str, now: datetime
) -> dict[str, Any]:
    """Raises UnknownKey, ClocksDiffer, TokenRefused."""
    claims = signed_claims(token, keys)
    audiences = check_parties(claims, issuer, client_id)
    refuse_if(len(audiences) > 1 and "azp" not in claims, "it is for several clients, and does not say for which")
    refuse_if(claims.get("azp", client_id) != client_id, "it was issued to another client")
    given = claims.get("nonce")
    refuse_if(not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()), "another nonce")
    subject = claims.get("sub")
    refuse_if(not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT, "it says not whose it is")
    _check_times(claims, now.timestamp())
    return claims


def check_parties(claims: Mapping[str, Any], issuer: str, client_id: str) -> list[Any]:
    """From whom, and for whom among others; gives all of these. Raises TokenRefused."""
    refuse_if(claims.get("iss") != issuer, "it is of another issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    refuse_if(client_id not in audiences, "it is for another client")
    return audiences


def check_login_is_fresh(claims: Mapping[str, Any], since: datetime) -> None:
    """The person typed something there after `since`, by the provider's `auth_time`, which whoever asks with `max_age`
    has to get (§3.1.2.1). What was asked passed through the browser, so only the answer counts. Raises LoginIsOld."""
    told = claims.get("auth_time")
    if not isinstance(told, int | float) or isinstance(told, bool):
        raise LoginIsOld("it has no auth_time, though max_age was asked for; make the provider tell it (docs/login.md)")
    if told < since.timestamp() - LEEWAY_SECONDS:
        raise LoginIsOld(f"the login there is {since.timestamp() - told:.0f} seconds older than the question")


def signed_claims(token: str, keys: KeySet) -> dict[str, Any]:
    """What stands in it, if one of these keys signed it. Raises UnknownKey, TokenRefused."""
    try:
        return jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
    except InvalidKeyIdError as error:
        raise UnknownKey(str(error)) from None
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise TokenRefused(f"signature or form: {error}") from None


def _check_times(claims: dict[str, Any], now: float) -> None:
    """In whole or broken seconds since 1970."""
    for name in ("exp", "iat"):
        refuse_if(not isinstance(claims.get(name), int | float) or isinstance(claims[name], bool), f"it has no {name}")
    for name in ("iat", "nbf"):
        if isinstance(claims.get(name), int | float) and claims[name] > now + LEEWAY_SECONDS:
            raise ClocksDiffer(f"{name} is {claims[name] - now:.0f} seconds in the future by our clock")
    if claims["exp"] <= now - LEEWAY_SECONDS:
        raise ClocksDiffer(f"exp is {now - claims['exp']:.0f} seconds in the past by our clock")


def refuse_if(wrong: bool, why: str) -> None:
    """Raises TokenRefused."""
    if wrong:
        raise TokenRefused(why)
