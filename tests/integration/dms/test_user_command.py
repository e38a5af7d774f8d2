"""An administrator makes accounts by `./manage.py user`, and each has the rights of its role and no others."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import product

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from config.town import town_setup
from dms.access.actors import actor_for
from dms.access.attempts import FREE, STRANGE_BROWSER, attempt_begin
from dms.access.models import ApiToken, User
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.access.tokens import user_of_token
from dms.audit.models import EventRow
from dms.audit.verify import Tally, verify_all
from tests.factories import PASSWORD, account, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_passwords")]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    """What it says on standard output, and on standard error."""
    call_command(*arguments)
    said = capsys.readouterr()
    return said.out.strip(), said.err.strip()


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
    grants = User.objects.get(username="anna").grants.values_list("scope__name", "role")
    assert set(grants) == set(product(("Posteingang", "Akten"), ("scanning", "clerk", "archivist")))


def test_a_role_for_all_of_the_town_says_so_and_how_it_is_given_in_one_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    town_setup()
    _, told = run(capsys, "user", "anna", "--role", "clerk")
    assert "role clerk in all of the town: the inbox and every file" in told
    assert "opens no file" in run(capsys, "user", "rosa", "--role", "revision")[1]
    assert "--no-role" in told
    assert "Recht vergeben" in told


def test_an_account_without_a_role_is_no_dead_end(capsys: pytest.CaptureFixture[str]) -> None:
    town_setup()
    with pytest.raises(CommandError, match=r"user bernd --role clerk .*user bernd --no-role .*Recht vergeben"):
        call_command("user", "bernd")
    password, told = run(capsys, "user", "bernd", "--no-role")
    assert authenticate(username="bernd", password=password)
    assert not User.objects.get(username="bernd").grants.exists()
    assert "sees nothing" in told
    assert "Recht vergeben" in told
    with pytest.raises(CommandError, match="bernd has no right of its own"):
        call_command("user", "bernd")
    with pytest.raises(CommandError, match="there already"):
        call_command("user", "bernd", "--no-role")
    with pytest.raises(CommandError, match="Choose one"):
        call_command("user", "berta", "--no-role", "--role", "clerk")


def test_a_reset_password_is_printed_alone_and_opens_the_account_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    anna = account()
    for _ in range(FREE + 1):
        attempt_begin("anna", STRANGE_BROWSER, now=timezone.now())
    token_of(anna)
    password, told = run(capsys, "user", "anna", "--reset-password")
    assert authenticate(username="anna", password=password) == anna
    assert authenticate(username="anna", password=PASSWORD) is None
    assert attempt_begin("anna", STRANGE_BROWSER, now=timezone.now()) == timedelta(0)
    assert "1 API token(s) stay usable" in told


def test_disabling_and_enabling_say_what_they_did(capsys: pytest.CaptureFixture[str]) -> None:
    token_of(account())
    out, told = run(capsys, "user", "anna", "--disable")
    assert (out, told) == ("", "anna is disabled: all sessions have ended, 1 API token(s) are withdrawn.")
    assert authenticate(username="anna", password=PASSWORD) is None
    assert "still disabled" in run(capsys, "user", "anna", "--reset-password")[1]
    out, told = run(capsys, "user", "anna", "--enable")
    assert (out, told) == ("", "anna may log in again, with the password from before.")


def test_all_tokens_of_one_person_are_withdrawn_by_one_command(capsys: pytest.CaptureFixture[str]) -> None:
    anna, bert = account(), account("bert")
    token_of(anna), token_of(anna), token_of(bert)
    assert run(capsys, "user", "anna", "--withdraw-tokens")[1] == "2 API token(s) of anna are withdrawn."
    usable = ApiToken.objects.filter(ApiToken.usable(timezone.now()))
    assert [token.user for token in usable] == [bert]


def test_the_list_tells_state_roles_and_tokens(capsys: pytest.CaptureFixture[str]) -> None:
    town_setup()
    call_command("user", "anna", "--role", "scanning", "--role", "clerk")
    token_of(User.objects.get())
    call_command("user", "bert", "--role", "archivist")
    call_command("user", "bert", "--disable")
    capsys.readouterr()
    lines = [line.split("\t") for line in run(capsys, "user", "--list")[0].splitlines()]
    assert lines == [
        ["name", "state", "roles", "last login", "tokens", "second factor"],
        ["anna", "enabled", "clerk,scanning", "never", "1", "-"],
        ["bert", "disabled", "archivist", "never", "0", "-"],
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["anna"], "There is no account “anna”. .*--role clerk .*--no-role"),
        ([], "Name the account"),
        (["nobody", "--disable"], "There is no account “nobody”"),
        (["two words", "--role", "clerk"], "valid username"),
    ],
)
def test_a_call_that_makes_no_sense_says_what_is_missing(arguments: list[str], sentence: str) -> None:
    town_setup()
    with translation.override("en"), pytest.raises(CommandError, match=sentence):
        call_command("user", *arguments)


def test_the_token_command_prints_one_token_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    anna = account()
    out, told = run(capsys, "token", "anna")
    assert re.fullmatch(r"reg_[\w-]{43}", out)
    assert told == ""
    assert user_of_token(out, now=timezone.now()) == anna
    assert user_of_token(out, now=timezone.now() + timedelta(days=366)) is None
    assert EventRow.objects.get(name="token:issued").actor.startswith("operator:")


def test_a_token_can_be_given_a_name_and_an_end_or_none(capsys: pytest.CaptureFixture[str]) -> None:
    account()
    run(capsys, "token", "anna", "--name", "Scanner", "--days", "1")
    run(capsys, "token", "anna", "--days", "0")
    named, endless = ApiToken.objects.order_by("pk")
    assert (named.name, endless.expires_at) == ("Scanner", None)
    assert named.expires_at == named.created_at + timedelta(days=1)
    with pytest.raises(CommandError, match="has a token named “Scanner” already"):
        call_command("token", "anna", "--name", "Scanner")
    for wrong in (["--days", "-1"], ["--days", "99999999999"], ["--name", "x" * 101]):
        with pytest.raises(CommandError):
            call_command("token", "anna", *wrong)


def test_a_token_without_a_name_says_where_and_when_it_was_made_each_with_a_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    account()
    for _again in range(3):
        run(capsys, "token", "anna")
    day = timezone.localdate().strftime("%d.%m.%Y")
    names = ApiToken.objects.order_by("pk").values_list("name", flat=True)
    assert list(names) == [f"Befehlszeile, {day}", f"Befehlszeile, {day} (2)", f"Befehlszeile, {day} (3)"]


def test_nobody_gets_a_token_for_an_account_that_is_disabled_or_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    account()
    run(capsys, "user", "anna", "--disable")
    for name in ("anna", "nobody"):
        with pytest.raises(CommandError, match="may log in"):
            call_command("token", name)
