"""An administrator makes accounts by `./manage.py user`, and each has the rights of its role and no others."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command

from config.town import town_setup
from dms.access.actors import actor_for
from dms.access.models import User
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.audit.verify import Tally, verify_all

pytestmark = pytest.mark.django_db


def test_a_clerk_may_read_documents_and_the_scanning_staff_may_not(capsys: pytest.CaptureFixture[str]) -> None:
    scope = town_setup()
    inbox = type("Thing", (), {"scope_id": scope.pk})()
    call_command("user", "anna", "--role", "clerk")
    password = capsys.readouterr().out.strip()
    call_command("user", "bert", "--role", "scanning")
    anna, bert = (actor_for(User.objects.get(username=name)) for name in ("anna", "bert"))
    assert authenticate(username="anna", password=password)
    assert can(anna, Permission.DOCUMENT_VIEW, inbox)
    assert not can(bert, Permission.DOCUMENT_VIEW, inbox)
    assert can(bert, Permission.INBOX_ADD, inbox)
    assert list(verify_all(Tally())) == []


def test_a_second_call_gives_one_more_role_and_keeps_the_password(capsys: pytest.CaptureFixture[str]) -> None:
    town_setup()
    call_command("user", "anna", "--role", "scanning")
    password = capsys.readouterr().out.strip()
    call_command("user", "anna", "--role", "clerk", "--role", "archivist")
    assert capsys.readouterr().out == ""
    assert authenticate(username="anna", password=password)
    assert User.objects.get(username="anna").grants.count() == 3
