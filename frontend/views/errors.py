"""Pages for what went wrong, in plain German and with a way onward."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token


def _page(request: HttpRequest, status: HTTPStatus, template: str) -> HttpResponse:
    return render(request, f"frontend/errors/{template}.html", status=status)


@login_not_required
@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, HTTPStatus.BAD_REQUEST, "bad_request")


@login_not_required
@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, HTTPStatus.FORBIDDEN, "forbidden")


@login_not_required
@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same for what does not exist and for what this person may not see."""
    return _page(request, HTTPStatus.NOT_FOUND, "not_found")


@login_not_required
@requires_csrf_token
def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW: mostly a form that lay open overnight."""
    return _page(request, HTTPStatus.FORBIDDEN, "form_expired")


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Needs neither database nor session, for they may be what is broken."""
    return HttpResponse(render_to_string("frontend/errors/server_error.html"), status=HTTPStatus.INTERNAL_SERVER_ERROR)


@login_not_required
def unavailable(request: HttpRequest) -> HttpResponse:
    """A service that the product stands on is away; needs none of them."""
    page = render_to_string("frontend/errors/unavailable.html")
    return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "10"})
