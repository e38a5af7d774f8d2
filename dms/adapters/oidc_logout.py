"""Does our provider say, to us and now, that a login there has ended? (OpenID Connect Back-Channel Logout 1.0, §2.6)"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc.jwk import KeySet

from dms.adapters.oidc_errors import ClocksDiffer
from dms.adapters.oidc_token import LEEWAY_SECONDS, LONGEST_SUBJECT, check_parties, refuse_if, signed_claims

EVENT = "http://schemas.openid.net/event/backchannel-logout"
FRESH_SECONDS = 600
"""A provider may try again for a while. `exp` is respected, but a provider need not say it."""
LONGEST_TOKEN = 16 * 1024


@dataclass(frozen=True, slots=True)
class LoginEnded:
    """Of all logins of `subject`, or of the one `session`; one of them may be empty."""

    subject: str
    session: str
    token_id: str
    """No two tokens of a provider have the same."""


def verified_logout(token: str, keys: KeySet, *, issuer: str, client_id: str, now: datetime) -> LoginEnded:
    """Raises UnknownKey, ClocksDiffer, TokenRefused."""
    claims = signed_claims(token, keys)
    check_parties(claims, issuer, client_id)
    _check_times(claims, now.timestamp())
    events = claims.get("events")
    refuse_if(not isinstance(events, dict) or not isinstance(events.get(EVENT), dict), "it tells of no logout")
    refuse_if("nonce" in claims, "it has a nonce, so it is an ID token")
    subject, session, token_id = (_text(claims, name) for name in ("sub", "sid", "jti"))
    refuse_if(not subject and not session, "it says neither whose login has ended nor which")
    refuse_if(not token_id, "it has no jti")
    return LoginEnded(subject, session, token_id)


def _check_times(claims: dict[str, Any], now: float) -> None:
    """In whole or broken seconds since 1970."""
    issued, ends = claims.get("iat"), claims.get("exp", now)
    for name, value in (("iat", issued), ("exp", ends)):
        refuse_if(not isinstance(value, int | float) or isinstance(value, bool), f"it has no {name} that is a number")
    if claims["iat"] > now + LEEWAY_SECONDS:
        raise ClocksDiffer(f"iat is {claims['iat'] - now:.0f} seconds in the future by our clock")
    if claims["iat"] < now - FRESH_SECONDS or ends < now - LEEWAY_SECONDS:
        raise ClocksDiffer(f"it is {now - claims['iat']:.0f} seconds old by our clock")


def _text(claims: dict[str, Any], name: str) -> str:
    """Empty when it is not said. Raises TokenRefused for what cannot be an identifier."""
    value = claims.get(name, "")
    fits = isinstance(value, str) and len(value) <= LONGEST_SUBJECT and "\0" not in value
    refuse_if(not fits, f"its {name} is no identifier")
    return str(value)
