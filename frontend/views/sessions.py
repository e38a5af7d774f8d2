"""In which browsers a person is logged in, and ending that elsewhere."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dms.access.models import User
from dms.accounts.sessions import session_end, sessions_end_but, sessions_of
from frontend.entering.browsers import browser_in_words
from frontend.people import actor_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    user, now = cast(User, request.user), timezone.now()
    if request.method == "POST":
        _end(request, user)
        return redirect("account-sessions")
    here = request.session.session_key
    rows = [
        {"session": one, "words": browser_in_words(one.agent), "here": one.key == here}
        for one in sessions_of(user, now=now)
    ]
    rows.sort(key=lambda row: not row["here"])
    context = {"nav": "account", "rows": rows, "others": sum(not row["here"] for row in rows)}
    return render(request, "frontend/account/sessions.html", context)


def _end(request: HttpRequest, user: User) -> None:
    """The one that is named, or all but this one. This one ends by logging out."""
    actor, now, here = actor_of(request), timezone.now(), request.session.session_key
    if handle := request.POST.get("session"):
        if session_end(actor, user, handle, now=now):
            messages.success(request, _("Diese Anmeldung ist beendet."))
        else:
            messages.info(request, _("Diese Anmeldung war schon beendet."))
        return
    count = sessions_end_but(actor, user, here, now=now)
    messages.success(
        request,
        ngettext(
            "Sie sind jetzt nur noch hier angemeldet; {count} andere Anmeldung ist beendet.",
            "Sie sind jetzt nur noch hier angemeldet; {count} andere Anmeldungen sind beendet.",
            count,
        ).format(count=count)
        if count
        else _("Sie sind nur hier angemeldet."),
    )
