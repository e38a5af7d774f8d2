"""Sets up a town: kinds of documents, the central inbox, a first user with grants. Repeats safely."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from dms.access.actors import Actor, system_setup
from dms.access.models import Grant, Scope, User
from dms.access.permissions import Role
from dms.accounts.accounts import account_create
from dms.audit.door import change
from dms.audit.events import Event
from dms.records.models import DocumentKind
from ingest.classification.kinds import KINDS
from ingest.scopes import CENTRAL_INBOX

CHAIN = "town"
FIRST_DAY = date(2020, 1, 1)


def town_setup() -> Scope:
    """Kinds and the central inbox; what is there already stays as it is. Their labels are German in every shell."""
    actor = system_setup()
    for kind in KINDS:
        if not DocumentKind.objects.filter(pk=kind.slug).exists():
            with translation.override(settings.LANGUAGE_CODE):
                row = DocumentKind(slug=kind.slug, label=str(kind.label), description=str(kind.description))
            _create(actor, Event.KIND_CREATED, row)
    scope = Scope.objects.filter(name=CENTRAL_INBOX).first()
    if scope is None:
        scope = Scope(name=CENTRAL_INBOX)
        _create(actor, Event.SCOPE_CREATED, scope)
    return scope


def user_setup(
    username: str,
    password: str,
    *,
    scope: Scope,
    roles: list[Role],
    actor: Actor | None = None,
    now: datetime | None = None,
) -> User:
    """Makes the user with this password unless there is one of the name, and gives the roles in the scope."""
    actor = actor or system_setup()
    user = User.objects.filter(username=username).first()
    if user is None:
        user = account_create(actor, username, password, now=now or timezone.now())
    for role in roles:
        if not Grant.objects.filter(user=user, scope=scope, role=role).exists():
            grant = Grant(user=user, scope=scope, role=role, valid_from=FIRST_DAY)
            _create(actor, Event.GRANT_CREATED, grant)
    return user


def _create(actor: Actor, event: Event, row: Any) -> None:
    with change(actor, event, chain=CHAIN) as opened:
        opened.save(row)
