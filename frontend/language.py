"""In which language the pages speak: what the person chose, else what the browser prefers, else German."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from dms.access.models import User


class ChosenLanguage(LocaleMiddleware):
    """Django's middleware, but the choice kept with the account comes before the browser's cookie.

    Stands behind the middleware that knows who asks.
    """

    def process_request(self, request: HttpRequest) -> None:
        chosen = chosen_by(request.user)
        translation.activate(chosen or translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Leaves nothing behind: the next request on this thread may fail before anybody knows who asks."""
        answer: HttpResponseBase = super().process_response(request, response)
        translation.deactivate()
        return answer


def chosen_by(user: User | AnonymousUser) -> str:
    """Empty for strangers and for people who leave it to the browser."""
    chosen = user.language if isinstance(user, User) else ""
    return chosen if is_known(chosen) else ""


def is_known(code: str) -> bool:
    return code in dict(settings.LANGUAGES)
