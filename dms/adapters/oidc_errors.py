"""What can go wrong between us and a provider of logins. The messages are for the log, in English."""

from __future__ import annotations


class OidcError(Exception):
    """The login does not come about."""


class ProviderUnreachable(OidcError):
    """It does not answer, or not in time, or with an error of its own."""


class ProviderRefused(OidcError):
    """It answered that it will not: a wrong secret, a code that was used already."""


class TokenRefused(OidcError):
    """What it signed is not for us, not of it, or not for this login."""


class LoginIsOld(TokenRefused):
    """The person was to log in there anew, and the provider does not say that they did."""


class ClocksDiffer(TokenRefused):
    """By its clock and ours the token has not begun or has ended already, though it is fresh."""
