"""Accounts and tokens: whoever changes one leaves an event, and what ends, ends at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import authenticate

from dms.access.actors import actor_for, operator
from dms.access.models import ApiToken, User
from dms.access.permissions import Permission
from dms.access.rule import NotAllowed, can, explain, visible
from dms.access.tokens import user_of_token
from dms.accounts.accounts import account_create, account_disable, account_enable, password_change, password_reset
from dms.accounts.tokens import NameTaken, token_issue, token_withdraw
from dms.audit.models import EventRow
from dms.audit.verify import Tally, verify_all
from tests.factories import PASSWORD, account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_passwords")]

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ROOT = operator("root")


def issued(user: User, name: str = "Fachverfahren", *, expires_at: datetime | None = None) -> str:
    return token_issue(actor_for(user), user, name=name, now=NOW, expires_at=expires_at)


def events() -> list[tuple[str, str]]:
    return list(EventRow.objects.filter(chain="accounts").order_by("number").values_list("actor", "name"))


def test_every_step_in_the_life_of_an_account_is_an_event_and_the_rows_agree_with_them() -> None:
    anna = account()
    token = issued(anna)
    password_change(actor_for(anna), anna, "Ein-neues-Kennwort", now=NOW)
    password_reset(ROOT, anna, "Ein-anderes-Kennwort", now=NOW)
    account_disable(ROOT, anna, now=NOW)
    account_enable(ROOT, anna, now=NOW)
    assert events() == [
        ("operator:root", "account:created"),
        ("user:anna", "token:issued"),
        ("user:anna", "account:password_changed"),
        ("operator:root", "account:password_reset"),
        ("operator:root", "account:disabled"),
        ("operator:root", "token:withdrawn"),
        ("operator:root", "account:enabled"),
    ]
    assert list(verify_all(Tally())) == []
    bodies = "".join(EventRow.objects.values_list("body", flat=True))
    assert token not in bodies
    assert "Kennwort" not in bodies
    assert User.objects.get(pk=anna.pk).password not in bodies


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda anna: User.objects.filter(pk=anna.pk).update(is_active=False), "is_active"),
        (lambda anna: ApiToken.objects.update(user=account("bert")), "user_id"),
        (lambda anna: ApiToken.objects.update(digest="0" * 64), "digest"),
        (lambda anna: ApiToken.objects.update(expires_at=None), "expires_at"),
    ],
)
def test_an_account_or_token_that_was_changed_past_the_product_is_found(change: object, field: str) -> None:
    anna = account()
    issued(anna, expires_at=NOW + timedelta(days=1))
    change(anna)  # type: ignore[operator]
    assert [finding.what for finding in verify_all(Tally())] == [f"changed without an event: {field}"]


def test_accounts_from_before_there_were_events_are_no_finding() -> None:
    old = User.objects.create_user("old")
    account_disable(ROOT, old, now=NOW)
    assert list(verify_all(Tally())) == []


def test_records_that_were_put_in_past_the_door_are_not_hidden_by_accounts() -> None:
    from django.db import connection

    for name in ("a", "b", "c"):
        account(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('registratur.change', 'x', true)")
        cursor.execute("INSERT INTO access_scope (name, inherits, place, level) VALUES ('schwarz', true, '', 0)")
    assert [finding.what for finding in verify_all(Tally())] == ["1 rows are not told by any event"]


def test_nobody_changes_what_belongs_to_somebody_else() -> None:
    anna, bert = account(), account("bert")
    issued(anna)
    token, stranger = ApiToken.objects.get(), actor_for(bert)
    for forbidden in (
        lambda: password_change(stranger, anna, "Ein-neues-Kennwort", now=NOW),
        lambda: password_reset(stranger, bert, "Ein-neues-Kennwort", now=NOW),
        lambda: account_disable(stranger, anna, now=NOW),
        lambda: account_enable(stranger, bert, now=NOW),
        lambda: account_create(stranger, "carl", "Ein-neues-Kennwort", now=NOW),
        lambda: token_issue(stranger, anna, name="x", now=NOW, expires_at=None),
        lambda: token_withdraw(stranger, token, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            forbidden()
    assert user_of_token("", now=NOW) is None
    assert authenticate(username="anna", password=PASSWORD)


def test_one_rule_answers_for_ones_own_in_all_its_views() -> None:
    anna, bert = account(), account("bert")
    issued(anna)
    token = ApiToken.objects.get()
    for actor, own in ((actor_for(anna), True), (actor_for(bert), False)):
        assert can(actor, Permission.ACCOUNT_KEEP, token) is own
        assert visible(ApiToken.objects.all(), actor, Permission.ACCOUNT_KEEP).exists() is own
        assert bool(explain(actor, Permission.ACCOUNT_KEEP, token)) is own
    assert not can(operator("root"), Permission.DOCUMENT_VIEW, type("Thing", (), {"scope_id": 1})())


def test_a_withdrawn_and_an_expired_token_are_refused_on_the_next_request() -> None:
    anna = account()
    withdrawn, expiring = issued(anna, "a"), issued(anna, "b", expires_at=NOW + timedelta(days=1))
    assert user_of_token(withdrawn, now=NOW) == anna
    token_withdraw(actor_for(anna), ApiToken.objects.get(name="a"), now=NOW)
    assert user_of_token(withdrawn, now=NOW) is None
    assert user_of_token(expiring, now=NOW + timedelta(hours=23)) == anna
    assert user_of_token(expiring, now=NOW + timedelta(days=1)) is None


def test_a_form_that_is_sent_twice_makes_one_token_and_a_withdrawn_name_is_free_again() -> None:
    anna = account()
    issued(anna)
    with pytest.raises(NameTaken):
        issued(anna)
    assert ApiToken.objects.count() == 1
    token_withdraw(actor_for(anna), ApiToken.objects.get(), now=NOW)
    issued(anna)
    issued(account("bert"))
    assert ApiToken.objects.count() == 3


def test_a_token_that_is_withdrawn_twice_is_one_event() -> None:
    anna = account()
    issued(anna)
    for _ in range(2):
        token_withdraw(actor_for(anna), ApiToken.objects.get(), now=NOW)
    assert [name for _, name in events()].count("token:withdrawn") == 1


def test_the_last_use_is_noted_to_the_minute_and_costs_one_write_a_minute(django_assert_num_queries: object) -> None:
    token = issued(account())
    for second, writes in ((0, 1), (10, 0), (59, 0), (61, 1)):
        with django_assert_num_queries(1 + writes):  # type: ignore[operator]
            user_of_token(token, now=NOW + timedelta(seconds=second))
    assert ApiToken.objects.get().last_used_at == NOW + timedelta(seconds=61)
