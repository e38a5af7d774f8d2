"""Sets up a town: kinds, the central inbox, the file plan, a first user with grants. Repeats safely."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from config.sample_kinds import kinds_setup
from dms.access.actors import Actor, system_setup
from dms.access.models import Grant, Scope, User
from dms.access.permissions import Role
from dms.accounts.accounts import account_create
from dms.audit.door import change
from dms.audit.events import Event
from dms.records.models import DocumentKind, FilePlan
from dms.records.parties.roles import roles_setup
from dms.records.plan.changing import plan_create
from dms.records.plan.csv_form import read_csv
from dms.records.plan.importing import ImportRefused, plan_import
from ingest.classification.kinds import KINDS
from ingest.scopes import CENTRAL_INBOX

CHAIN = "town"
PLAN_FIRST_DAY = date(2020, 1, 1)
"""From when on the sample plan is in force, as its own table says."""
FILES = "Akten"
"""The scope of the file plan, and of all that is kept by it, until parts of it get rights of their own."""
SAMPLE_PLAN = Path(__file__).with_name("sample_plan.csv")


def town_setup() -> Scope:
    """Kinds, the central inbox and the file plan; what is there already stays as it is. German in every shell.

    Gives the scope of the inbox.
    """
    actor = system_setup()
    for kind in KINDS:
        if not DocumentKind.objects.filter(pk=kind.slug).exists():
            with translation.override(settings.LANGUAGE_CODE):
                row = DocumentKind(slug=kind.slug, label=str(kind.label), description=str(kind.description))
            _create(actor, Event.KIND_CREATED, row)
    with translation.override(settings.LANGUAGE_CODE):
        roles_setup(actor)
    if not FilePlan.objects.exists():
        plan_setup(_scope(actor, FILES))
    kinds_setup()
    return _scope(actor, CENTRAL_INBOX)


def plan_setup(scope: Scope) -> FilePlan:
    """The sample plan: ten main groups of municipal tasks, with retention rules that nobody has reviewed yet."""
    rows, problems = read_csv(SAMPLE_PLAN.read_bytes())
    if problems:
        raise ImportRefused(problems)
    actor = system_setup()
    with transaction.atomic():
        plan = plan_create(actor, name="Musteraktenplan", version="2026", scope=scope, valid_from=PLAN_FIRST_DAY)
        plan_import(actor, plan, rows)
    return plan


def files_scopes() -> list[Scope]:
    """Where the records are kept, to give somebody a role there; none before the town is set up."""
    return list(Scope.objects.filter(name=FILES, place=""))


def _scope(actor: Actor, name: str) -> Scope:
    scope = Scope.objects.filter(name=name, place="").first()
    if scope is None:
        scope = Scope(name=name)
        _create(actor, Event.SCOPE_CREATED, scope)
    return scope


def user_setup(
    username: str,
    password: str | None,
    *,
    scope: Scope,
    roles: list[Role],
    actor: Actor | None = None,
    now: datetime | None = None,
    also: Iterable[Scope] = (),
    service: bool = False,
) -> User:
    """Makes the user with this password unless there is one of the name, and gives the roles in `scope` and `also`,
    from today on: a right never looks older than it is."""
    actor, now = actor or system_setup(), now or timezone.now()
    user = User.objects.filter(username=username).first()
    if user is None:
        user = account_create(actor, username, password, now=now, service=service)
    for where, role in product((scope, *also), roles):
        if not Grant.objects.filter(user=user, scope=where, role=role).exists():
            grant = Grant(user=user, scope=where, role=role, given_by=actor.key)
            grant.valid_from, grant.begins_at_once = timezone.localdate(), True
            _create(actor, Event.GRANT_CREATED, grant)
    return user


def _create(actor: Actor, event: Event, row: Any) -> None:
    with change(actor, event, chain=CHAIN) as opened:
        opened.save(row)
