"""Sends strangers to the login, and afterwards back to a page: never to an address that only a form can ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

SAFE = {"GET", "HEAD"}


class BackToThePage(LoginRequiredMiddleware):
    """A session that ends while somebody fills in a form leads back to that form, not to an empty answer."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseRedirect:
        if request.method in SAFE:
            return super().handle_no_permission(request, view_func)
        return redirect_to_login(_page_of(request) or settings.LOGIN_REDIRECT_URL)


def _page_of(request: HttpRequest) -> str:
    """Where the form stood; empty when the browser does not say, or the form stood elsewhere."""
    referrer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(referrer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
