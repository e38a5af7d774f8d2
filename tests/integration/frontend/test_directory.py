"""People log in with name and password of a real directory (OpenLDAP), and nobody else does."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pyotp import TOTP

from dms.access.actors import actor_for, operator, system_setup
from dms.access.attempts import FREE
from dms.access.models import BodyKind, Membership, User
from dms.accounts.accounts import account_create
from dms.accounts.bodies import body_create, member_add
from dms.accounts.directory import DirectoryBackend
from dms.accounts.models import OutsideIdentity
from dms.accounts.second_factor.keeping import app_set_up, new_secret
from dms.adapters.chosen import directory
from dms.adapters.ldap_connection import LdapServers
from dms.adapters.ldap_directory import LdapDirectory, LdapPeople
from dms.audit.models import EventRow
from dms.audit.verify import Tally, verify_all
from dms.ports import DirectoryUnavailable
from tests import factories
from tests.slapd import BASE, PASSWORD, PROGRAM, READER, READER_PASSWORD, Slapd, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_passwords")]
PEOPLE = LdapPeople(
    f"ou=people,{BASE}", "(uid={name})", "entryUUID", "uid", "cn", "mail", f"ou=groups,{BASE}", "(member={dn})", "cn"
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    if not os.access(PROGRAM, os.X_OK):
        pytest.skip("slapd is not here: apt-get install slapd")
    server = Slapd(tmp_path_factory.mktemp("slapd") / "server")
    server.create()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def reader(running: Slapd) -> LdapServers:
    return LdapServers((running.tls_url,), False, running.ca, READER, READER_PASSWORD, 2.0)


@pytest.fixture
def slapd(running: Slapd, reader: LdapServers, settings: LazySettings) -> Iterator[Slapd]:
    """The product logs people in by it."""
    factories.town()
    use(settings, reader)
    yield running
    directory.cache_clear()


def use(settings: LazySettings, reader: LdapServers, people: LdapPeople = PEOPLE, **more: Any) -> None:
    groups = {"Bauamt": ["Bauamt"]}
    settings.LDAP = {
        "servers": asdict(reader), "people": asdict(people), "creates": True, "groups": groups, **more
    }  # fmt: skip
    directory.cache_clear()


def log_in(name: str, password: str = PASSWORD, client: Client | None = None) -> tuple[Client, str]:
    """The browser, and what the page says."""
    browser = client or Client()
    answer = browser.post(reverse("login"), {"username": name, "password": password})
    return browser, answer.content.decode()


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def test_somebody_of_the_directory_gets_in_with_an_account_and_the_groups_there(slapd: Slapd, settings: Any) -> None:
    body = body_create(system_setup(), "Bauamt", BodyKind.UNIT, factories.town())
    browser, _page = log_in("anna")
    assert is_in(browser)
    anna = User.objects.get(username="anna")
    assert (anna.get_full_name(), anna.email, anna.has_usable_password()) == (
        "Anna Amt",
        "anna@lindenau.example",
        False,
    )
    assert Membership.objects.get(user=anna).body == body
    assert set(EventRow.objects.filter(actor="system:ldap").values_list("name", flat=True)) == {
        "account:created", "member:added",
    }  # fmt: skip
    events = EventRow.objects.count()
    assert is_in(log_in("anna")[0])
    assert EventRow.objects.count() == events
    assert is_in(log_in("björn")[0])
    assert list(verify_all(Tally())) == []


@pytest.mark.parametrize("way", ["plain", "tls", "starttls"])
def test_each_way_to_the_server_works(running: Slapd, reader: LdapServers, way: str) -> None:
    ways = {
        "plain": replace(reader, urls=(running.url,)),
        "tls": reader,
        "starttls": replace(reader, urls=(running.url,), starttls=True),
    }
    asked = LdapDirectory(ways[way], PEOPLE)
    found = asked.person_by_password("anna", PASSWORD)
    assert found is not None
    assert found.groups == ("Bauamt",)
    assert asked.person_by_subject(found.subject) == found


def test_a_directory_that_shows_its_people_to_anybody_needs_no_reader(reader: LdapServers) -> None:
    people = replace(PEOPLE, base=f"ou=open,{BASE}", group_base="")
    found = LdapDirectory(replace(reader, bind_dn="", bind_password=""), people).person_by_password("olaf", PASSWORD)
    assert found is not None
    assert (found.username, found.groups) == ("olaf", None)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("anna", "falsch"), ("anna", ""), ("niemand", PASSWORD), ("*", PASSWORD), ("ann*", PASSWORD), ("", PASSWORD),
        ("anna)(uid=*", PASSWORD), ("anna)(|(uid=*", PASSWORD), ("anna\\2a", PASSWORD), ("an\0na", PASSWORD),
        ("elsewhere", PASSWORD),
    ],
)  # fmt: skip
def test_nobody_else_gets_in(reader: LdapServers, name: str, password: str) -> None:
    assert LdapDirectory(reader, PEOPLE).person_by_password(name, password) is None


def test_the_server_itself_would_let_in_an_empty_password(running: Slapd, reader: LdapServers) -> None:
    assert LdapDirectory(reader, PEOPLE)._opens(running.url, f"uid=anna,ou=people,{BASE}", "")


def test_of_two_people_whom_the_filter_finds_neither_gets_in(reader: LdapServers) -> None:
    both = replace(PEOPLE, filter="(|(uid={name})(uid=berta))")
    assert LdapDirectory(reader, both).person_by_password("anna", PASSWORD) is None


@pytest.mark.parametrize("starttls", [False, True])
def test_a_certificate_that_nobody_vouches_for_is_no_server_of_ours(
    running: Slapd, reader: LdapServers, starttls: bool
) -> None:
    strange = replace(reader, ca_file="", urls=(running.url if starttls else running.tls_url,), starttls=starttls)
    with pytest.raises(DirectoryUnavailable):
        LdapDirectory(strange, PEOPLE).person_by_password("anna", PASSWORD)
    other_name = replace(reader, urls=(reader.urls[0].replace("127.0.0.1", "localhost"),))
    with pytest.raises(DirectoryUnavailable):
        LdapDirectory(other_name, PEOPLE).person_by_password("anna", PASSWORD)


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_a_server_that_says_nothing_is_left_after_the_time_for_the_next_one(
    running: Slapd, reader: LdapServers, scheme: str
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        urls = (f"{scheme}://127.0.0.1:{silent.getsockname()[1]}", "ldap://127.0.0.1:1", running.tls_url)
        begun = time.monotonic()
        found = LdapDirectory(replace(reader, urls=urls, timeout=0.5), PEOPLE).person_by_password("anna", PASSWORD)
    assert found is not None
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("name", "words"),
    [("ernst", "abgelaufen"), ("max", "vor der ersten Anmeldung"), ("lara", "nach zu vielen falschen Kennwörtern")],
)
def test_what_the_directory_says_of_a_password_is_said_in_words(slapd: Slapd, name: str, words: str) -> None:
    browser, page = log_in(name)
    assert not is_in(browser)
    assert words in page
    assert "Name oder Kennwort stimmen nicht" not in page


def test_without_a_directory_that_answers_who_has_a_password_here_still_gets_in(
    slapd: Slapd, reader: LdapServers, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    factories.account("lotte")
    use(settings, replace(reader, urls=("ldap://127.0.0.1:1",)))
    assert is_in(log_in("lotte", factories.PASSWORD)[0])
    with caplog.at_level(logging.ERROR, "dms.adapters.ldap_directory"):
        browser, page = log_in("anna")
    assert not is_in(browser)
    assert "Der Verzeichnisdienst Ihrer Verwaltung antwortet nicht" in page
    assert "ldap://127.0.0.1:1 fails" in caplog.text
    assert PASSWORD not in caplog.text


def test_a_reader_whom_the_directory_does_not_know_is_told_in_the_log(
    reader: LdapServers, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(DirectoryUnavailable):
        LdapDirectory(replace(reader, bind_password="falsch"), PEOPLE).person_by_password("anna", PASSWORD)
    assert "Invalid credentials" in caplog.text


def test_guessing_costs_time_as_with_passwords_here(slapd: Slapd) -> None:
    for _ in range(FREE):
        assert "Name oder Kennwort stimmen nicht" in log_in("berta", "falsch")[1]
    answer = Client().post(reverse("login"), {"username": "berta", "password": PASSWORD})
    assert answer.status_code == 429


def test_the_second_factor_is_asked_for_all_the_same(slapd: Slapd, settings: Any) -> None:
    settings.SECOND_FACTOR_FOR = ["everybody"]
    browser = Client()
    answer = browser.post(reverse("login"), {"username": "anna", "password": PASSWORD})
    assert answer.headers["Location"] == reverse("login-set-up")
    assert not is_in(browser)


def test_the_password_of_the_directory_confirms_who_it_is_whatever_the_person_is_called_there(slapd: Slapd) -> None:
    browser, _page = log_in("anna")
    anna = User.objects.get(username="anna")
    frieda = (
        person("frieda").replace(PASSWORD, "of-frieda").replace("\nobjectClass", "\nchangetype: add\nobjectClass", 1)
    )
    slapd.change(frieda)
    User.objects.filter(pk=anna.pk).update(username="frieda")  # as another person is called there
    secret, long_ago = new_secret(), timezone.now() - timedelta(days=1)
    codes = app_set_up(actor_for(anna), anna, secret, TOTP(secret).at(long_ago), now=long_ago)
    change = reverse("second-factor-codes")
    assert "Ihr Kennwort im Verzeichnisdienst" in browser.get(change).content.decode()
    for wrong in ("", "falsch", "of-frieda"):
        answer = browser.post(change, {"password": wrong, "code": codes[0]})
        assert "Kennwort oder Code stimmen nicht" in answer.content.decode()
    assert browser.post(change, {"password": PASSWORD, "code": codes[0]}).status_code == 201
    slapd.change(f"dn: uid=frieda,ou=people,{BASE}\nchangetype: delete\n")


def test_an_account_of_the_same_name_is_not_taken_over(slapd: Slapd) -> None:
    factories.account("anna")
    browser, page = log_in("anna")
    assert not is_in(browser)
    assert "schon ein Konto mit Ihrem Namen" in page


def test_for_a_program_the_directory_is_not_asked(slapd: Slapd) -> None:
    account_create(operator("root"), "anna", None, now=timezone.now(), service=True)
    assert DirectoryBackend().authenticate(None, "anna", PASSWORD) is None


def test_without_leave_to_make_accounts_only_those_who_are_known_get_in(
    slapd: Slapd, reader: LdapServers, settings: Any
) -> None:
    use(settings, reader, creates=False)
    assert "noch kein Konto" in log_in("anna")[1]
    account_create(operator("root"), "anna", None, now=timezone.now())  # waits for whoever comes under the name
    assert is_in(log_in("anna")[0])


def test_whoever_has_left_the_directory_stays_out_and_is_disabled_by_the_next_sync(
    slapd: Slapd, capsys: pytest.CaptureFixture[str]
) -> None:
    slapd.change(person("dora").replace("\nobjectClass: inet", "\nchangetype: add\nobjectClass: inet", 1))
    for name in ("anna", "berta", "dora"):
        assert is_in(log_in(name)[0])
    browser, _page = log_in("dora")
    slapd.change(f"dn: uid=dora,ou=people,{BASE}\nchangetype: delete\n")
    assert "Name oder Kennwort stimmen nicht" in log_in("dora")[1]
    call_command("organisation", "sync")
    assert (
        "- dora\n1 of 3 people are no longer in the directory.\n0 belong elsewhere by its groups.\nNothing was changed."
        in capsys.readouterr().out
    )
    with pytest.raises(CommandError, match=r"more than 10 %.*--most 34"):
        call_command("organisation", "sync", "--apply")
    call_command("organisation", "sync", "--apply", "--most", "34")
    assert set(User.objects.filter(is_active=False).values_list("username", flat=True)) == {"dora"}
    assert browser.get(reverse("account")).status_code == 302  # the session has ended
    assert OutsideIdentity.objects.count() == 3
    call_command("organisation", "sync")
    assert "0 of 2 people" in capsys.readouterr().out
    assert list(verify_all(Tally())) == []


def grouped(slapd: Slapd, *names: str) -> None:
    """Who is in the group of the directory from now on."""
    members = "".join(f"member: uid={name},ou=people,{BASE}\n" for name in names)
    slapd.change(f"dn: cn=Bauamt,ou=groups,{BASE}\nchangetype: modify\nreplace: member\n{members}")


def test_who_joined_or_left_a_group_there_belongs_accordingly_here_without_a_login(
    slapd: Slapd, capsys: pytest.CaptureFixture[str]
) -> None:
    office = body_create(system_setup(), "Bauamt", BodyKind.UNIT, factories.town())
    for name in ("anna", "berta", "carl"):
        assert is_in(log_in(name)[0])
    member_add(system_setup(), office, User.objects.get(username="carl"))

    def belong() -> dict[str, str]:
        return dict(Membership.objects.order_by("user__username").values_list("user__username", "source"))

    assert belong() == {"anna": "ldap", "carl": ""}
    try:
        grouped(slapd, "berta")
        call_command("organisation", "sync")
        told = capsys.readouterr().out
        assert "- anna · Bauamt\n+ berta · Bauamt\n" in told
        assert "Nothing was changed" in told
        assert belong() == {"anna": "ldap", "carl": ""}
        with pytest.raises(CommandError, match="more than 10 %"):
            call_command("organisation", "sync", "--apply")
        call_command("organisation", "sync", "--apply", "--most", "100")
        assert belong() == {"berta": "ldap", "carl": ""}
        call_command("organisation", "sync", "--apply")
        assert "0 belong elsewhere" in capsys.readouterr().out
    finally:
        grouped(slapd, "anna")
    assert list(verify_all(Tally())) == []


def linked(browser: Client, **typed: str) -> str:
    form = {"password": factories.PASSWORD, "name": "anna", "directory_password": PASSWORD, **typed}
    return browser.post(reverse("account-directory"), form, follow=True).content.decode()


def test_an_account_with_a_password_here_is_linked_with_the_directory_and_unlinked(slapd: Slapd) -> None:
    weiss, browser = factories.account("weiss"), Client()
    browser.force_login(weiss)
    assert "Mit dem Verzeichnisdienst verbinden" in browser.get(reverse("account")).content.decode()
    assert "es wurde nichts verbunden" in linked(browser, password="falsch")
    assert "es wurde nichts verbunden" in linked(browser, directory_password="falsch")
    assert "es wurde nichts verbunden" in linked(browser, directory_password="")
    assert "abgelaufen" in linked(browser, name="ernst")
    assert not OutsideIdentity.objects.exists()
    assert "öffnet auch Ihr Kennwort von dort" in linked(browser)
    other, _page = log_in("anna")
    assert other.session["_auth_user_id"] == str(weiss.pk)
    assert is_in(log_in("weiss", factories.PASSWORD)[0])
    assert not is_in(log_in("weiss", PASSWORD)[0])
    bert = Client()
    bert.force_login(factories.account("bert"))
    assert "gehört schon zu einem Konto" in linked(bert)
    page = browser.post(reverse("outside-unlink", args=[OutsideIdentity.objects.get().pk]), follow=True)
    assert "Die Verbindung ist gelöst" in page.content.decode()
    assert other.get(reverse("account")).status_code == 302  # that session has ended
    mine = EventRow.objects.filter(actor=actor_for(weiss).key, name__startswith="account:")
    assert list(mine.order_by("number").values_list("name", flat=True)) == ["account:linked", "account:unlinked"]
    assert list(verify_all(Tally())) == []


def test_guessing_the_password_of_somebody_there_costs_time_while_linking(slapd: Slapd) -> None:
    browser = Client()
    browser.force_login(factories.account("weiss"))
    for _ in range(FREE):
        assert "es wurde nichts verbunden" in linked(browser, directory_password="falsch")
    assert "Zu viele falsche Kennwörter" in linked(browser)
    assert not OutsideIdentity.objects.exists()


def test_an_operator_links_an_account_with_the_directory(slapd: Slapd, capsys: pytest.CaptureFixture[str]) -> None:
    weiss = factories.account("weiss")
    with pytest.raises(CommandError, match="knows nobody called “niemand”"):
        call_command("user", "weiss", "--link-directory", "niemand")
    call_command("user", "weiss", "--link-directory", "anna")
    assert "weiss is linked" in capsys.readouterr().err
    assert log_in("anna")[0].session["_auth_user_id"] == str(weiss.pk)
    with pytest.raises(CommandError, match="gehört schon zu einem Konto"):
        call_command("user", "weiss", "--link-directory", "berta")
    call_command("user", "weiss", "--unlink")
    assert not OutsideIdentity.objects.exists()


def test_where_there_is_no_directory_nothing_is_linked_with_one(settings: Any) -> None:
    factories.town()
    browser = Client()
    browser.force_login(factories.account("weiss"))
    assert "Verzeichnisdienst" not in browser.get(reverse("account")).content.decode()
    assert browser.post(reverse("account-directory")).status_code == 404
    with pytest.raises(CommandError, match="LDAP_URL is not set"):
        call_command("user", "weiss", "--link-directory", "anna")


def test_a_sync_without_an_answer_disables_nobody(slapd: Slapd, reader: LdapServers, settings: Any) -> None:
    assert is_in(log_in("anna")[0])
    use(settings, replace(reader, urls=("ldap://127.0.0.1:1",)))
    with pytest.raises(CommandError, match="does not answer"):
        call_command("organisation", "sync", "--apply", "--most", "100")
    use(settings, reader, replace(PEOPLE, base=f"ou=nowhere,{BASE}"))
    with pytest.raises(CommandError, match="does not answer"):
        call_command("organisation", "sync", "--apply", "--most", "100")
    use(settings, LdapServers((), False, "", "", "", 1.0))
    with pytest.raises(CommandError, match="LDAP_URL is not set"):
        call_command("organisation", "sync")
    assert User.objects.get(username="anna").is_active
