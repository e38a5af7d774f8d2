"""Linking one's account with a login of the town's directory (LDAP), on the page Konto."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dms.access.attempts import attempt_begin, attempts_forget
from dms.access.models import User
from dms.accounts.directory import NotInDirectory, directory_link
from dms.adapters.chosen import directory
from dms.audit.lifecycle import NotPossible
from frontend.people import actor_of
from frontend.views.oidc import check_password_to_link

THERE = "directory:"
"""Wrong passwords of the directory are counted apart from those here, by the account that wants to be linked."""


@never_cache
@sensitive_post_parameters("password", "directory_password")
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """After the password here, for a browser left open must not be enough, and the one there: it shows whose it is."""
    if directory() is None:
        raise Http404
    if request.method != "POST":
        return redirect("account")
    try:
        check_password_to_link(request)
        _link(request, cast(User, request.user))
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('account')}#outside")


def _link(request: HttpRequest, user: User) -> None:
    """Raises NotPossible."""
    now = timezone.now()
    name, password = request.POST.get("name", "").strip(), request.POST.get("directory_password", "")
    if attempt_begin(name, f"{THERE}{user.pk}", now=now):
        raise NotPossible(_("Zu viele falsche Kennwörter. Bitte etwas warten und es dann noch einmal versuchen."))
    if not name or not password:
        raise NotInDirectory
    directory_link(actor_of(request), user, name, password, now=now)
    attempts_forget(name, f"{THERE}{user.pk}")
    messages.success(
        request,
        _(
            "Ihr Konto ist mit dem Verzeichnisdienst verbunden. Ab jetzt öffnet auch Ihr Kennwort von dort; Ihr"
            " Kennwort hier gilt weiter. Name, E-Mail und Gruppen folgen bei der nächsten Anmeldung dem"
            " Verzeichnisdienst."
        ),
    )
