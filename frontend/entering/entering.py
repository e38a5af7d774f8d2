"""Decides what comes after the right password: the second factor, setting one up where prescribed, or the page."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone

from dms.access.attempts import attempts_forget
from dms.access.models import User
from dms.accounts.second_factor.demand import has_second_factor, second_factor_is_demanded
from dms.accounts.setting_up import setup_of
from frontend.entering.begun import KEY, login_begin
from frontend.entering.first_password import setup_in_words
from frontend.entering.known_browser import browser_for, browser_remember
from frontend.entering.oidc import login_forget

CODES = "code:"
"""Guessed codes are counted apart from guessed passwords: whoever guesses here knows the password."""


BACKEND = "django.contrib.auth.backends.ModelBackend"
"""For those who come in otherwise than through `authenticate`."""


def enter(request: HttpRequest, user: User, next_page: str, *, knows_browser: bool = True) -> HttpResponse:
    """`user` comes from `authenticate`. `next_page` is an address of ours."""
    login_forget(request)  # of somebody else who began and went away
    if has_second_factor(user):
        login_begin(request, user, next_page, now=timezone.now())
        return redirect("login-second")
    if second_factor_is_demanded(user):
        login_begin(request, user, next_page, now=timezone.now())
        return redirect("login-set-up")
    return enter_at_last(request, user, HttpResponseRedirect(next_page), knows_browser=knows_browser)


def enter_at_last(
    request: HttpRequest, user: User, answer: HttpResponse, *, knows_browser: bool = True
) -> HttpResponse:
    """All that was asked was right: a new session, and this browser is known from now on.

    Not `knows_browser` for who comes from another site: the cookie that knows others here did not come along.
    """
    request.session.pop(KEY, None)
    first_time = user.last_login is None
    login(request, user)
    if first_time and (said := setup_in_words(setup_of(user))):
        messages.info(request, said)
    attempts_forget(user.username, code_counter(request, user))
    if knows_browser:
        browser_remember(request, answer, user.username)
    return answer


def code_counter(request: HttpRequest, user: User) -> str:
    """Under which name wrong codes of this browser are counted."""
    return f"{CODES}{browser_for(request, user.username)}"
