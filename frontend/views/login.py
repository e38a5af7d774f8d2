"""Logging in: the right password opens, wrong ones cost more and more time, and neither tells which accounts exist."""

from __future__ import annotations

import logging
import math
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dms.access.attempts import attempt_begin, attempts_forget
from dms.access.models import User
from frontend.entering.entering import enter
from frontend.entering.known_browser import browser_for
from frontend.entering.login_form import LoginForm
from frontend.entering.oidc import is_offered

log = logging.getLogger(__name__)
LONGEST_NAME = 150


class Login(LoginView):
    redirect_authenticated_user = True
    authentication_form = LoginForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name = _name(request)
        wait = attempt_begin(name, browser_for(request, name), now=timezone.now())
        if wait:
            return self._too_early(name, wait)
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(oidc_label=settings.OIDC["label"] if is_offered() else "", **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        name = _name(self.request)
        attempts_forget(name, browser_for(self.request, name))
        return enter(self.request, form.get_user(), self.get_success_url())

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        if not getattr(form, "refusal", ""):
            log.warning("wrong password for %s", _known_name(_name(self.request)))
        return super().form_invalid(form)

    def _too_early(self, name: str, wait: timedelta) -> HttpResponse:
        """The password is not looked at, so the form is a fresh one: a bound one would."""
        log.warning("too many attempts for %s", _known_name(name))
        seconds = math.ceil(wait.total_seconds())
        context = self.get_context_data(form=LoginForm(self.request, initial={"username": name}), wait=seconds)
        headers = {"Retry-After": str(seconds)}
        return self.render_to_response(context, status=HTTPStatus.TOO_MANY_REQUESTS, headers=headers)


def _name(request: HttpRequest) -> str:
    """As the form reads it: whoever put spaces in front of it would be counted as somebody else."""
    return request.POST.get("username", "").strip()[:LONGEST_NAME]


def _known_name(name: str) -> str:
    """For the log: people type passwords into the field for the name, so only names of accounts stand there."""
    return f"account {name}" if User.objects.filter(username=name.replace("\0", "")).exists() else "an unknown account"
