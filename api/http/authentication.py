"""Who asks: a program by `Authorization: Bearer …`, or a person by the session of the browser."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, status
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from api.http.problems import Problem
from dms.access.models import ApiToken, User
from dms.access.tokens import usable_token


class TokenAuthentication(authentication.BaseAuthentication):
    """The token acts as the user to whom it was issued."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        header = authentication.get_authorization_header(request).decode("latin-1")
        kind, _space, token = header.partition(" ")
        if kind.lower() != "bearer":
            return None
        found = usable_token(token.strip(), now=timezone.now())
        if found is None:
            raise AuthenticationFailed(_("Das Zugriffstoken ist unbekannt oder abgelaufen."))
        return found.user, found

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session; whatever changes something needs the CSRF token as well."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            sentence = _("Die Anfrage kam nicht von einer Seite der Registratur. Bitte die Seite neu laden.")
            raise Problem(status.HTTP_403_FORBIDDEN, "csrf_failed", str(sentence)) from error


def is_browser(request: Request) -> bool:
    """Whether a person sits in front of it, as opposed to a program with a token."""
    return isinstance(request.successful_authenticator, SessionAuthentication)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the OpenAPI document about the token."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the OpenAPI document about the cookie."""

    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
