"""Logging in and out by OIDC, and linking one's account with a login there."""

from __future__ import annotations

import logging
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from dms.access.attempts import attempt_begin, attempts_forget
from dms.access.models import User
from dms.accounts.models import OutsideIdentity
from dms.accounts.outside import OutsideRefused, account_of_outside, outside_link, outside_unlink
from dms.adapters.chosen import oidc_provider
from dms.adapters.oidc import LoggedIn
from dms.adapters.oidc_errors import ClocksDiffer, LoginIsOld, OidcError, ProviderUnreachable
from dms.audit.lifecycle import NotPossible
from frontend.entering.confirming import Factor, confirm_note, password_is_right
from frontend.entering.entering import BACKEND, enter, enter_at_last
from frontend.entering.oidc import (
    ID_TOKEN,
    SOURCE,
    OnItsWay,
    Purpose,
    come_back,
    has_second_factor_there,
    is_offered,
    leads_on,
    login_forget,
    login_note,
    logout_address,
    oidc_source,
    person_of,
    sent_away,
    subject_of,
)
from frontend.people import actor_of
from frontend.views.passkeys import page_after_login
from frontend.views.second_factor import THIS_PAGE

log = logging.getLogger(__name__)


class NoWayIn(Exception):
    """The message is for the person."""


@login_not_required
@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    _only_where_offered()
    next_page = page_after_login(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_page)
    try:
        return HttpResponseRedirect(sent_away(request, Purpose.LOGIN, next_page))
    except OidcError as error:
        return _back_to_login(request, next_page, sentence_of(error))


@login_not_required
@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Where the provider sends the browser. Each answer is good once, in the browser that asked."""
    _only_where_offered()
    way = come_back(request, now=timezone.now())
    if way is None:
        if request.user.is_authenticated:  # the second click on the way back
            return redirect("start")
        expired = _("Diese Anmeldung ist abgelaufen oder wurde schon benutzt. Bitte noch einmal beginnen.")
        return _back_to_login(request, "", expired)
    try:
        return _AFTERWARDS[way.purpose](request, way, _answered(request, way))
    except (NoWayIn, OutsideRefused) as refusal:
        sentence = str(refusal)
    except OidcError as error:
        sentence = sentence_of(error)
    if way.purpose is not Purpose.LOGIN:
        messages.error(request, sentence)
        return redirect(f"{reverse('account')}#outside")
    return _back_to_login(request, way.next_page, sentence)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """After the password: a login elsewhere opens the account without it, so a browser left open must not be enough."""
    _only_where_offered()
    if request.method != "POST":
        return redirect("account")
    try:
        check_password_to_link(request)
        return leads_on(request, sent_away(request, Purpose.LINK, reverse("account")), _("Konto verbinden"))
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    except OidcError as error:
        messages.error(request, sentence_of(error))
    return redirect(f"{reverse('account')}#outside")


def check_password_to_link(request: HttpRequest) -> None:
    """The one from the form, counted. Raises NotPossible."""
    user = cast(User, request.user)
    if attempt_begin(user.username, THIS_PAGE, now=timezone.now()):
        raise NotPossible(_("Zu viele falsche Kennwörter. Bitte etwas warten und es dann noch einmal versuchen."))
    if not password_is_right(user, request.POST.get("password", "")):
        raise NotPossible(_("Das Kennwort stimmt nicht; es wurde nichts verbunden."))
    attempts_forget(user.username, THIS_PAGE)


@require_http_methods(["GET", "HEAD", "POST"])
def unlink(request: HttpRequest, identity_id: int) -> HttpResponse:
    """Asks first. Only for who has a password: others would not get in any more."""
    user = cast(User, request.user)
    identity = get_object_or_404(OutsideIdentity, user=user, pk=identity_id)
    if not user.has_usable_password():
        messages.error(request, _("Ohne Kennwort hier kämen Sie nicht mehr hinein; die Verbindung bleibt."))
        return redirect("account")
    if request.method != "POST":
        return render(request, "frontend/account/unlink.html", {"nav": "account"})
    outside_unlink(actor_of(request), identity, now=timezone.now())
    if identity.source == SOURCE:
        login_forget(request)
    update_session_auth_hash(request, user)  # this session goes on
    messages.success(request, _("Die Verbindung ist gelöst. Alle anderen Sitzungen sind beendet."))
    return redirect(f"{reverse('account')}#outside")


class Logout(LogoutView):
    """Whoever came in by the provider is logged out there, too: else the next click would open the door again."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        id_token = request.session.get(ID_TOKEN)
        answer = super().post(request, *args, **kwargs)
        if not (id_token and is_offered()):
            return answer
        try:
            address = logout_address(request, id_token)
        except OidcError as error:
            log.warning("logged out here, but not at the provider of logins: %s", error)
            return answer
        return leads_on(request, address, _("Sie sind abgemeldet")) if address else answer


def _only_where_offered() -> None:
    if not is_offered():
        raise Http404


def _answered(request: HttpRequest, way: OnItsWay) -> LoggedIn:
    """Raises OidcError, NoWayIn."""
    provider = oidc_provider()
    if request.GET.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
        raise OidcError("the answer is of another issuer")
    if error := request.GET.get("error"):
        log.warning("the provider of logins answers %r", error[:100])
        if error == "access_denied":
            raise NoWayIn(_("Sie haben die Anmeldung abgebrochen, oder sie wurde Ihnen dort nicht erlaubt."))
        raise OidcError(error[:100])
    anew_since = way.sent_at if way.purpose is Purpose.CONFIRM else None
    return provider.finish(way.begun, request.GET.get("code", ""), now=timezone.now(), anew_since=anew_since)


def _entered(request: HttpRequest, way: OnItsWay, logged_in: LoggedIn) -> HttpResponse:
    """Raises OutsideRefused."""
    user = account_of_outside(oidc_source(), person_of(logged_in), now=timezone.now())
    user.backend = BACKEND
    if has_second_factor_there(logged_in):
        answer = enter_at_last(request, user, HttpResponseRedirect(way.next_page), knows_browser=False)
    else:
        answer = enter(request, user, way.next_page, knows_browser=False)
    login_note(request, logged_in)
    return answer


def _linked(request: HttpRequest, way: OnItsWay, logged_in: LoggedIn) -> HttpResponse:
    """Raises OutsideRefused, NoWayIn."""
    if not request.user.is_authenticated or request.user.pk != way.user_id:
        raise NoWayIn(_("Sie sind inzwischen abgemeldet; es wurde nichts verbunden. Bitte noch einmal beginnen."))
    outside_link(actor_of(request), request.user, SOURCE, subject_of(logged_in), now=timezone.now())
    messages.success(request, _("Ihr Konto ist verbunden. Ab jetzt können Sie sich auch dort anmelden."))
    return redirect(f"{reverse('account')}#outside")


def _confirmed(request: HttpRequest, way: OnItsWay, logged_in: LoggedIn) -> HttpResponse:
    """Only whose account this is, and in the session that asked. Raises NoWayIn."""
    if not request.user.is_authenticated or request.user.pk != way.user_id:
        raise NoWayIn(_("Sie sind inzwischen abgemeldet; es wurde nichts bestätigt. Bitte noch einmal beginnen."))
    if not OutsideIdentity.objects.filter(user=request.user, source=SOURCE, subject=subject_of(logged_in)).exists():
        raise NoWayIn(_("Sie haben sich dort als jemand anderes angemeldet; es wurde nichts bestätigt."))
    if ID_TOKEN in request.session:
        login_note(request, logged_in)  # it may be another login there from now on
    confirm_note(request, Factor.KNOWN, now=timezone.now())
    return HttpResponseRedirect(way.next_page)


_AFTERWARDS = {Purpose.LOGIN: _entered, Purpose.LINK: _linked, Purpose.CONFIRM: _confirmed}


def _back_to_login(request: HttpRequest, next_page: str, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    asked = urlencode({"next": next_page}) if next_page else ""
    return HttpResponseRedirect(f"{reverse('login')}{'?' if asked else ''}{asked}")


def sentence_of(error: OidcError) -> str:
    """What the person can do; what went wrong stands in the log."""
    log.warning("no login by OIDC: %s: %s", type(error).__name__, error)
    if isinstance(error, ProviderUnreachable):
        return _(
            "Der Anmeldedienst antwortet nicht. Bitte in ein paar Minuten noch einmal versuchen; mit Name und Kennwort"
            " können Sie sich anmelden, wenn Ihr Konto hier eines hat."
        )
    if isinstance(error, ClocksDiffer):
        return _(
            "Die Uhren dieses Servers und des Anmeldedienstes gehen zu weit auseinander. Bitte sagen Sie es Ihrer"
            " Verwaltung; so kann sich niemand dort anmelden."
        )
    if isinstance(error, LoginIsOld):
        return _(
            "Der Anmeldedienst hat nicht bestätigt, dass Sie sich eben neu angemeldet haben. Bitte noch einmal"
            " versuchen; wenn es dabei bleibt, sagen Sie es Ihrer Verwaltung."
        )
    return _(
        "Die Anmeldung ist nicht zustande gekommen: Was der Anmeldedienst geantwortet hat, ist nicht gültig. Bitte noch"
        " einmal versuchen; wenn es dabei bleibt, sagen Sie es Ihrer Verwaltung."
    )
