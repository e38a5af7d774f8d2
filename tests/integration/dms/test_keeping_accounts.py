"""Whoever keeps accounts makes, locks and unlocks them, sees no record, and gets into no account that is somebody's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import authenticate
from django.test import Client
from django.utils import timezone

from dms.access.actors import Actor, actor_for, operator, system_setup
from dms.access.levels import Level
from dms.access.models import ApiToken, BodyKind, Grant, Scope, User
from dms.access.permissions import ROLE_ALLOWS, Permission, Role
from dms.access.rule import NotAllowed, allowed_scopes, can, forget_rights
from dms.access.tokens import user_of_token
from dms.accounts.account_history import account_history
from dms.accounts.accounts import NotOneself, account_create, password_reset
from dms.accounts.bodies import body_create, member_add
from dms.accounts.clearances import clearance_give
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
from dms.accounts.models import SetupLink
from dms.accounts.outside import outside_link
from dms.accounts.second_factor.keeping import second_factor_reset
from dms.accounts.setting_up import (
    HasRights,
    InUse,
    LinkIsDead,
    setup_link_issue,
    setup_link_of,
    setup_link_use,
    setup_of,
)
from dms.audit.models import EventRow
from dms.audit.verify import Tally, verify_all
from dms.records.documents.facts import InvalidFact
from dms.records.meanwhile import ChangedMeanwhile, state_digest
from dms.records.protection.grants import grant_give_in_town
from dms.records.protection.keepers import NobodyLeft
from dms.records.protection.rights import scope_begin, scope_restrict
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_passwords")]

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ROOT = operator("root")
NEW = "Sonne Kiesel Taube"


@pytest.fixture
def keeper(scope: Scope) -> Actor:
    return actor_for(factories.user_with(Role.ACCOUNTS, name="karl"))


def made(keeper: Actor, login: str = "anna") -> User:
    return account_make(keeper, login, reason="Neue Kollegin", now=NOW)


def seen(keeper: Actor, user: User) -> Account:
    return Account(keeper, accounts_visible_to(keeper).get(pk=user.pk))


def test_the_role_shows_no_record_and_nothing_of_the_file_plan(keeper: Actor) -> None:
    assert ROLE_ALLOWS[Role.ACCOUNTS] == {Permission.ACCOUNT_MANAGE}
    for permission in set(Permission) - {Permission.ACCOUNT_MANAGE}:
        assert not allowed_scopes(keeper, permission)
        assert not can(keeper, permission, None)


def test_an_account_is_made_set_up_by_its_link_locked_and_unlocked_and_each_is_an_event(keeper: Actor) -> None:
    anna = account_make(keeper, "anna", first_name="Anna", last_name=" Weiß ", reason="Neue Kollegin", now=NOW)
    assert (anna.get_full_name(), anna.has_usable_password(), anna.grants.count()) == ("Anna Weiß", False, 0)
    code = setup_link_issue(keeper, anna, now=NOW)
    assert seen(keeper, anna).state == AccountState.WAITING
    link = setup_link_of(code, now=NOW)
    assert link is not None
    setup_link_use(link, NEW, now=NOW + timedelta(hours=1))
    assert authenticate(username="anna", password=NEW)
    found = setup_of(anna)
    assert found is not None
    assert (found.issued_by, found.used_at) == ("user:karl", NOW + timedelta(hours=1))
    account_lock(keeper, anna, reason="Ausgeschieden", now=NOW)
    assert not authenticate(username="anna", password=NEW)
    assert seen(keeper, anna).actions == [AccountVerb.UNLOCK]
    account_unlock(keeper, User.objects.get(pk=anna.pk), reason="Irrtum", now=NOW)
    assert authenticate(username="anna", password=NEW)
    account_end_sessions(keeper, anna, reason="Gerät verloren", now=NOW)
    told = [one.sentence for one in account_history(anna)]
    assert told[::-1] == [
        "Konto angelegt: Neue Kollegin",
        "Einrichtungslink ausgestellt: gilt bis 09.03.2026, 09:00",
        "Einrichtungslink benutzt und Kennwort gewählt: ausgestellt von karl",
        "Konto gesperrt: Ausgeschieden",
        "Konto freigegeben: Irrtum",
        "In allen Browsern abgemeldet: 0 Anmeldungen beendet, Gerät verloren",
    ]
    assert [one.who for one in account_history(anna)][::-1] == ["karl", "karl", "anna", "karl", "karl", "karl"]
    assert list(verify_all(Tally())) == []
    bodies = "".join(EventRow.objects.values_list("body", flat=True))
    for secret in (code, *code.split("."), NEW, User.objects.get(pk=anna.pk).password):
        assert secret not in bodies
    assert code.split(".")[1] not in str(SetupLink.objects.values())


def test_a_link_that_was_changed_past_the_product_is_found(keeper: Actor) -> None:
    setup_link_issue(keeper, made(keeper), now=NOW)
    SetupLink.objects.update(expires_at=NOW + timedelta(days=700))
    assert [one.what for one in verify_all(Tally())] == ["changed without an event: expires_at"]


def test_a_link_works_once_for_a_week_and_until_the_next_one(keeper: Actor) -> None:
    anna = made(keeper)
    first, second = (setup_link_issue(keeper, anna, now=NOW) for _ in range(2))
    assert setup_link_of(first, now=NOW) is None
    assert setup_link_of(second, now=NOW + timedelta(days=7)) is None
    link = setup_link_of(second, now=NOW + timedelta(days=6, hours=23))
    assert link is not None
    for wrong in ("", ".", "x", second[:-1], second.split(".")[0], f"{second.split('.')[0]}.", f"{second}\0"):
        assert setup_link_of(wrong, now=NOW) is None
    setup_link_use(link, NEW, now=NOW)
    assert setup_link_of(second, now=NOW) is None
    with pytest.raises(LinkIsDead):
        setup_link_use(link, "Ein anderes Kennwort", now=NOW)
    assert authenticate(username="anna", password=NEW)


def with_grant(user: User) -> None:
    grant_give_in_town(system_setup(), factories.town(), user, Role.CLERK, reason="Dienst")


def with_later_grant(user: User) -> None:
    day = timezone.localdate() + timedelta(days=9)
    grant_give_in_town(system_setup(), factories.town(), user, Role.CLERK, reason="Dienst", valid_from=day)


def with_membership(user: User) -> None:
    office = body_create(system_setup(), "Bauamt", BodyKind.UNIT, factories.town(), reason="Probe")
    member_add(system_setup(), office, user, reason="Dienst")


def with_clearance(user: User) -> None:
    clearance_give(system_setup(), user, Level.RESTRICTED, reason="Dienst")


RIGHTS = [with_grant, with_later_grant, with_membership, with_clearance]


def with_password(user: User) -> None:
    password_reset(ROOT, user, "Ein-anderes-Kennwort", now=NOW)


def with_identity(user: User) -> None:
    outside_link(ROOT, user, "ldap", "s-1", now=NOW)


def with_token(user: User) -> None:
    factories.token_of(user)


def with_login(user: User) -> None:
    User.objects.filter(pk=user.pk).update(last_login=NOW)


def with_passkey(user: User) -> None:
    factories.passkey_of(user)


USES = [with_password, with_identity, with_token, with_login, with_passkey]


@pytest.mark.parametrize("happens", [*RIGHTS, *USES])
def test_a_link_dies_as_soon_as_the_account_has_a_right_or_is_used(
    keeper: Actor, happens: Callable[[User], None]
) -> None:
    anna = made(keeper)
    code = setup_link_issue(keeper, anna, now=NOW)
    link = setup_link_of(code, now=NOW)
    assert link is not None
    happens(anna)
    assert setup_link_of(code, now=NOW) is None
    before = User.objects.get(pk=anna.pk).password
    with pytest.raises(LinkIsDead):  # of whoever has the form open
        setup_link_use(link, NEW, now=NOW)
    assert User.objects.get(pk=anna.pk).password == before


@pytest.mark.parametrize("happens", [*RIGHTS, *USES])
def test_no_link_is_issued_for_an_account_that_has_a_right_or_was_used(
    keeper: Actor, happens: Callable[[User], None]
) -> None:
    anna = made(keeper)
    assert AccountVerb.ISSUE_SETUP_LINK in seen(keeper, anna).actions
    happens(anna)
    assert AccountVerb.ISSUE_SETUP_LINK not in seen(keeper, anna).actions
    with pytest.raises(HasRights if happens in RIGHTS else InUse):
        setup_link_issue(keeper, anna, now=NOW)
    assert not SetupLink.objects.exists()


def test_locking_ends_a_link_for_good_and_programs_get_none(keeper: Actor) -> None:
    anna = made(keeper)
    code = setup_link_issue(keeper, anna, now=NOW)
    account_lock(keeper, anna, reason="Irrtum", now=NOW)
    with pytest.raises(InUse):
        setup_link_issue(keeper, anna, now=NOW)
    account_unlock(keeper, User.objects.get(pk=anna.pk), reason="doch", now=NOW)
    assert setup_link_of(code, now=NOW) is None
    program = account_create(keeper, "scanner", None, now=NOW, service=True)
    with pytest.raises(InUse):
        setup_link_issue(keeper, program, now=NOW)
    assert list(verify_all(Tally())) == []


def test_whoever_keeps_accounts_opens_none_that_is_in_use(keeper: Actor) -> None:
    anna = factories.account()
    for forbidden in (
        lambda: password_reset(keeper, anna, NEW, now=NOW),
        lambda: second_factor_reset(keeper, anna, now=NOW),
        lambda: outside_link(keeper, anna, "ldap", "mine", now=NOW),
        lambda: grant_give_in_town(keeper, factories.town(), anna, Role.CLERK, reason="x"),
    ):
        with pytest.raises(NotAllowed):
            forbidden()
    assert authenticate(username="anna", password=factories.PASSWORD)


def test_locking_ends_sessions_and_tokens_at_once(keeper: Actor) -> None:
    anna = factories.account()
    token, browser = factories.token_of(anna), Client()
    browser.force_login(anna)
    assert account_lock(keeper, anna, reason="Verlust", now=timezone.now()) == 1
    assert user_of_token(token, now=timezone.now()) is None
    assert browser.get("/account/").status_code == 302
    assert ApiToken.objects.get().withdrawn_at is not None
    assert list(EventRow.objects.filter(actor="user:karl").values_list("name", flat=True)) == [
        "account:disabled", "token:cut_off",
    ]  # fmt: skip


def test_sessions_of_somebody_end_everywhere(keeper: Actor) -> None:
    anna, browser = factories.account(), Client()
    browser.force_login(anna)
    assert account_end_sessions(keeper, anna, reason="Gerät verloren", now=timezone.now()) == 1
    assert browser.get("/account/").status_code == 302


def test_nobody_locks_themselves_nor_the_last_who_can_give_rights(keeper: Actor) -> None:
    me = User.objects.get(username="karl")
    assert AccountVerb.LOCK not in seen(keeper, me).actions
    with pytest.raises(NotOneself):
        account_lock(keeper, me, reason="x", now=NOW)
    renate = factories.user_with(Role.RIGHTS, name="renate")
    factories.file_plan()
    entry = factories.plan_entry("610")
    scope = scope_begin(system_setup(), entry, reason="x", for_whom={"who": "renate", "role": "rights"})
    grant_give_in_town(system_setup(), scope, renate, Role.RIGHTS, reason="x")
    entry.refresh_from_db()
    scope_restrict(system_setup(), entry, reason="x")
    with pytest.raises(NobodyLeft):
        account_lock(keeper, renate, reason="x", now=NOW)
    assert User.objects.get(username="renate").is_active


def test_a_reason_is_asked_and_a_name_that_is_there_in_other_letters_is_refused(keeper: Actor) -> None:
    anna = made(keeper)
    for wrong, field in (("ANNA", "user"), ("", "user"), ("an na", "user"), ("x" * 151, "user")):
        with pytest.raises(InvalidFact) as refused:
            made(keeper, wrong)
        assert refused.value.field == field
    for act in (account_lock, account_end_sessions):
        with pytest.raises(InvalidFact):
            act(keeper, anna, reason=" ", now=NOW)
    assert User.objects.filter(username__iexact="anna").count() == 1


def test_what_was_changed_meanwhile_is_not_overwritten(keeper: Actor) -> None:
    anna = made(keeper)
    then = state_digest(anna)
    account_lock(keeper, anna, reason="x", now=NOW, expected=then)
    anna.refresh_from_db()
    with pytest.raises(ChangedMeanwhile):
        account_unlock(keeper, anna, reason="x", now=NOW, expected=then)


def test_the_role_counts_only_in_all_of_the_town(keeper: Actor) -> None:
    assert may_keep_accounts(keeper)
    another = factories.another_scope()
    forget_rights(keeper)
    assert not may_keep_accounts(keeper)
    assert not accounts_visible_to(keeper).exists()
    with pytest.raises(NotAllowed):
        made(keeper)
    factories.user_with(Role.ACCOUNTS, name="karl", scope=another)
    forget_rights(keeper)
    assert may_keep_accounts(keeper)


def test_no_person_gives_the_role(scope: Scope) -> None:
    giver = actor_for(factories.user_with(Role.RIGHTS, name="renate"))
    with pytest.raises(InvalidFact):
        grant_give_in_town(giver, scope, factories.user_with(name="bert"), Role.ACCOUNTS, reason="x")
    assert not Grant.objects.filter(role=Role.ACCOUNTS).exists()


def test_states_are_told_apart_in_the_list(keeper: Actor) -> None:
    anna, bert, carl = made(keeper), factories.account("bert"), made(keeper, "carl")
    account_lock(keeper, carl, reason="x", now=NOW)
    accounts = accounts_visible_to(keeper)
    karl = User.objects.get(username="karl")  # whom nobody has given a password yet either
    assert list(in_state(accounts, AccountState.WAITING)) == [anna, karl]
    assert list(in_state(accounts, AccountState.LOCKED)) == [carl]
    assert bert in in_state(accounts, AccountState.OPEN)
    for state in AccountState:
        assert {Account(keeper, one).state for one in in_state(accounts, state)} == {state}
