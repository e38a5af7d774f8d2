"""The accounts of all people, for whoever keeps them: in what state each is, and what may be done with it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from dms.access.actors import Actor, actor_in_words
from dms.access.models import User
from dms.accounts.account_history import account_history
from dms.accounts.keeping import (
    Account,
    AccountState,
    AccountVerb,
    account_end_sessions,
    account_lock,
    account_make,
    account_unlock,
    accounts_visible_to,
    in_state,
    may_keep_accounts,
)
from dms.accounts.organisation import people_named, sees_organisation
from dms.accounts.setting_up import setup_link_issue
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.meanwhile import state_digest
from frontend.forms.accounts import NewAccountForm
from frontend.forms.rights import ReasonForm
from frontend.people import actor_of

ON_A_PAGE = 100


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    actor = _keeper(request)
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    state = next((one for one in AccountState if one == request.GET.get("state")), None)
    found = accounts_visible_to(actor)
    if state is not None:
        found = in_state(found, state)
    if words:
        found = people_named(found, words)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("p"))
    context = {
        "nav": "account", "page": page, "rows": [Account(actor, one) for one in page], "words": words, "state": state,
        "states": AccountState.choices,
    }  # fmt: skip
    return render(request, "frontend/accounts/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """With the link it answers by showing it, once: nothing keeps it from which another page could."""
    actor = _keeper(request)
    form = NewAccountForm(request.POST if request.method == "POST" else None, initial={"with_link": True})
    if request.method == "POST" and form.is_valid():
        asked, now = form.cleaned_data, timezone.now()
        try:
            user = account_make(
                actor, asked["user"], first_name=asked["first_name"], last_name=asked["last_name"],
                reason=asked["reason"], now=now,
            )  # fmt: skip
        except InvalidFact as refusal:
            form.refuse(refusal)
        else:
            if asked["with_link"]:
                return _with_link(request, actor, user, setup_link_issue(actor, user, reason=asked["reason"], now=now))
            messages.success(request, _("Das Konto „{name}“ ist angelegt.").format(name=user))
            return redirect("account-of", user.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "frontend/accounts/form.html", {"nav": "account", "form": form}, status=status)


@require_safe
def account(request: HttpRequest, person_id: int) -> HttpResponse:
    actor = _keeper(request)
    return _page(request, actor, get_object_or_404(accounts_visible_to(actor), pk=person_id))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, person_id: int, verb: AccountVerb) -> HttpResponse:
    """Asks first, with a reason."""
    actor = _keeper(request)
    user = get_object_or_404(accounts_visible_to(actor), pk=person_id)
    possible = verb in Account(actor, user).actions
    if not possible and request.method != "POST":
        return redirect("account-of", user.pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            answer = _done(request, actor, user, verb, form.cleaned_data["reason"])
        except InvalidFact as refusal:
            form.refuse(refusal)
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        else:
            return answer
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {
        "nav": "account", "form": form, "person": user, "verb": str(verb), "expected": state_digest(user),
    }  # fmt: skip
    return render(request, "frontend/accounts/act.html", context, status=status)


def _done(request: HttpRequest, actor: Actor, user: User, verb: AccountVerb, reason: str) -> HttpResponse:
    """Raises InvalidFact, NotPossible."""
    now, expected = timezone.now(), request.POST.get("expected") or None
    match verb:
        case AccountVerb.ISSUE_SETUP_LINK:
            code = setup_link_issue(actor, user, reason=reason, now=now, expected=expected)
            return _with_link(request, actor, user, code)
        case AccountVerb.LOCK:
            account_lock(actor, user, reason=reason, now=now, expected=expected)
            said = _("Das Konto ist gesperrt; alle Anmeldungen sind beendet, alle Zugriffstoken widerrufen.")
        case AccountVerb.UNLOCK:
            account_unlock(actor, user, reason=reason, now=now, expected=expected)
            said = _("Das Konto ist freigegeben; es gilt das Kennwort von vorher.")
        case AccountVerb.END_SESSIONS:
            count = account_end_sessions(actor, user, reason=reason, now=now, expected=expected)
            said = ngettext("{count} Anmeldung ist beendet.", "{count} Anmeldungen sind beendet.", count)
            said = said.format(count=count)
    messages.success(request, said)
    return redirect("account-of", user.pk)


def _with_link(request: HttpRequest, actor: Actor, user: User, code: str) -> HttpResponse:
    """The code stands behind the `#`, which browsers send to nobody: so it is in no log and in no other page's
    referrer."""
    link = f"{request.build_absolute_uri(reverse('login-first'))}#{code}"
    fresh = accounts_visible_to(actor).get(pk=user.pk)
    return _page(request, actor, fresh, HTTPStatus.CREATED, new_link=link)


def _page(
    request: HttpRequest, actor: Actor, user: User, status: HTTPStatus = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    found: Any = user
    context = {
        "nav": "account", "person": user, "account": Account(actor, user), "history": account_history(user),
        "can": {str(verb): True for verb in Account(actor, user).actions}, "sees_person": sees_organisation(actor),
        "link_issuer": actor_in_words(found.link_issued_by or ""),
    }  # fmt: skip
    return render(request, "frontend/accounts/account.html", {**context, **more}, status=status)


def _keeper(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not may_keep_accounts(actor):
        raise Http404
    return actor
