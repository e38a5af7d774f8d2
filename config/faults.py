"""The answer when a view or what comes before it broke: JSON for programs, a page for people, and 503 where a service
that the product stands on is away."""

from __future__ import annotations

import sys

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from api.http.problems import problem_handler
from dms.ports import StoreUnavailable
from frontend.views.errors import server_error, unavailable

AWAY = (OperationalError, InterfaceError, StoreUnavailable)


@login_not_required
def fault(request: HttpRequest) -> HttpResponse:
    """Django's handler500, called while the error is being handled."""
    error = sys.exc_info()[1]
    if request.path.startswith("/api/") and isinstance(error, Exception):
        return problem_handler(error, {})
    return unavailable(request) if isinstance(error, AWAY) else server_error(request)
