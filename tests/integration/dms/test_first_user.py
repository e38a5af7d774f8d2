"""The first user's password is kept in a file for whoever starts the product, and only as long as it opens anything."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.utils import timezone

from config.management.commands.setup import first_user_setup
from config.town import town_setup
from dms.access.actors import actor_for, operator
from dms.access.models import User
from dms.accounts.accounts import password_change, password_reset

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_passwords")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "admin-password"


def start(file: Path) -> User:
    first_user_setup(town_setup(), file)
    return User.objects.get(username="admin")


def test_the_first_start_makes_a_password_that_its_owner_alone_can_read_and_later_starts_keep_it(file: Path) -> None:
    admin = start(file)
    password = file.read_text(encoding="ascii").strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert authenticate(username="admin", password=password) == admin
    start(file)
    assert file.read_text(encoding="ascii").strip() == password


def test_a_password_that_was_changed_stands_in_no_file_any_more(file: Path) -> None:
    admin = start(file)
    password_change(actor_for(admin), admin, "Vier Esel tanzen Polka", now=timezone.now())
    start(file)
    assert not file.exists()
    assert authenticate(username="admin", password="Vier Esel tanzen Polka")


def test_a_password_that_was_reset_stands_in_no_file_either(file: Path) -> None:
    password_reset(operator("root"), start(file), "Vier Esel tanzen Polka", now=timezone.now())
    start(file)
    assert not file.exists()


def test_who_deletes_the_file_gets_no_new_one_with_a_wrong_password(file: Path) -> None:
    start(file)
    file.unlink()
    start(file)
    assert not file.exists()


def test_a_right_given_by_command_looks_no_older_than_it_is(file: Path) -> None:
    days = set(start(file).grants.values_list("valid_from", flat=True))
    assert days == {timezone.localdate()}
