"""Between a browser and the provider of logins (OIDC): what is on its way waits in the session, and is good once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation

from dms.accounts.outside import OutsidePerson, Source
from dms.accounts.outside_logout import PROVIDER_SESSION, SUBJECT
from dms.adapters.chosen import oidc_provider
from dms.adapters.oidc import Begun, LoggedIn

SOURCE = "oidc"
KEY = "oidc_begun"
ID_TOKEN = "oidc_id_token"  # noqa: S105 - the name of a session key
"""What the provider is shown when the person logs out there, too."""
LASTS = timedelta(minutes=30)
"""Somebody may have to set up a second factor there first."""
MOST = 5
"""So many tabs may be on their way at once."""


class Purpose(StrEnum):
    LOGIN = "login"
    LINK = "link"
    CONFIRM = "confirm"
    """Somebody who is logged in shows that it is still they (`frontend.entering.confirming`)."""


@dataclass(frozen=True, slots=True)
class OnItsWay:
    begun: Begun
    purpose: Purpose
    next_page: str
    user_id: int | None
    """Who wants to be linked, or confirms who they are."""
    sent_at: datetime


def is_offered() -> bool:
    return bool(settings.OIDC["issuer"])


def oidc_source() -> Source:
    return Source(SOURCE, creates=settings.OIDC["creates"], groups=settings.OIDC["groups"])


def sent_away(request: HttpRequest, purpose: Purpose, next_page: str) -> str:
    """The address of the provider to which the browser goes. Raises OidcError."""
    provider = oidc_provider()
    begun = provider.begin(request.build_absolute_uri(reverse("login-oidc-back")))
    language = translation.get_language() or ""
    address = provider.login_address(begun, language=language, anew=purpose is Purpose.CONFIRM)
    note = {**asdict(begun), "purpose": purpose, "next_page": next_page, "at": timezone.now().timestamp()}
    waiting: dict[str, Any] = request.session.get(KEY, {})
    newest = sorted(waiting.items(), key=lambda item: -item[1]["at"])[: MOST - 1]
    request.session[KEY] = {**dict(newest), begun.state: {**note, "user_id": request.user.pk}}
    return address


def come_back(request: HttpRequest, *, now: datetime) -> OnItsWay | None:
    """What this browser was sent away for; None for what it was not, what took too long or came back before."""
    waiting: dict[str, Any] = request.session.get(KEY, {})
    note = waiting.pop(request.GET.get("state", ""), None)
    if note is None:
        return None
    request.session[KEY] = waiting
    sent_at = datetime.fromtimestamp(note.pop("at"), tz=now.tzinfo)
    if now - sent_at > LASTS:
        return None
    purpose, next_page, user_id = Purpose(note.pop("purpose")), note.pop("next_page"), note.pop("user_id")
    return OnItsWay(Begun(**note), purpose, next_page, user_id, sent_at)


def subject_of(logged_in: LoggedIn) -> str:
    """Unique among all providers: a town that changes to another one opens nobody's account to strangers."""
    return subject_named(logged_in.claims["sub"])


def subject_named(name: str) -> str:
    return f"{settings.OIDC['issuer']} {name}"


def login_note(request: HttpRequest, logged_in: LoggedIn) -> None:
    """What the session has to know to end there when it ends here, and the other way round."""
    request.session[ID_TOKEN] = logged_in.id_token
    request.session[SUBJECT] = subject_of(logged_in)
    request.session[PROVIDER_SESSION] = _text(logged_in.claims, "sid")


def login_forget(request: HttpRequest) -> None:
    for name in (ID_TOKEN, SUBJECT, PROVIDER_SESSION):
        request.session.pop(name, None)


def person_of(logged_in: LoggedIn) -> OutsidePerson:
    claims = logged_in.claims
    return OutsidePerson(
        subject=subject_of(logged_in),
        username=_text(claims, settings.OIDC["username_claim"]),
        name=_text(claims, "name"),
        email=_text(claims, "email") if claims.get("email_verified", True) is True else "",
        groups=_groups(claims),
    )


def has_second_factor_there(logged_in: LoggedIn) -> bool:
    """By what OIDC_SECOND_FACTOR names of `amr` (RFC 8176) or `acr`."""
    amr = logged_in.claims.get("amr")
    said = {*(amr if isinstance(amr, list) else [amr]), logged_in.claims.get("acr")}
    return bool(said & set(settings.OIDC["second_factor"]))


def logout_address(request: HttpRequest, id_token: str) -> str | None:
    """Raises OidcError."""
    return oidc_provider().logout_address(id_token, request.build_absolute_uri(reverse("login")))


def leads_on(request: HttpRequest, address: str, title: str) -> HttpResponse:
    """A form may lead nowhere but to ourselves (Content-Security-Policy), so a page leads on by itself."""
    context = {"address": address, "title": title, "label": settings.OIDC["label"]}
    answer = render(request, "registration/leads_on.html", context)
    answer["Refresh"] = f"0; url={address}"
    return answer


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _groups(claims: dict[str, Any]) -> list[str] | None:
    """None where nothing follows from groups, or the provider says that they are too many to be told (`_claim_names`).

    Else a claim that is missing means none: providers leave out empty lists, and rights must not outlive the group.
    """
    name = settings.OIDC["groups_claim"]
    if not settings.OIDC["groups"] or name in (claims.get("_claim_names") or {}):
        return None
    value = claims.get(name)
    return [group for group in (value if isinstance(value, list) else [value]) if isinstance(group, str)]
