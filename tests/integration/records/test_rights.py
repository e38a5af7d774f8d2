"""Scopes on the tree: a plan entry or dossier gets rules of its own, and the one rule follows the tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dms.access.actors import Actor, actor_for
from dms.access.models import Scope, User
from dms.access.permissions import Permission, Role
from dms.access.rule import NotAllowed, allowed_scopes, can, explain
from dms.audit.lifecycle import NotPossible
from dms.audit.models import EventRow, OutboxEntry
from dms.audit.verify import Tally, verify_all
from dms.records.dossiers.filing import Place, documents_file
from dms.records.models import Case, Document, Dossier, PlanEntry
from dms.records.plan.changing import entry_move
from dms.records.protection.keepers import NobodyLeft
from dms.records.protection.rights import scope_begin, scope_open, scope_restrict
from ingest.scopes import inbox_scope
from tests import factories


@pytest.fixture
def clerk(files: Scope) -> User:
    return factories.user_with(Role.CLERK, name="carl", scope=files)


def sees(user: User, thing: Dossier | PlanEntry) -> bool:
    fresh = type(thing).objects.get(pk=thing.pk)
    return can(actor_for(user), Permission.DOSSIER_VIEW, fresh)


def test_a_scope_of_its_own_takes_in_what_lies_below_and_changes_nobodys_rights(
    giver: Actor, clerk: User, store: Path
) -> None:
    factories.town()
    dossier = factories.dossier(of="610")
    case, beside = factories.case(dossier), factories.dossier("Anderswo", of="611")
    document = factories.document(of=factories.item(scope=dossier.scope))
    documents_file(system_files(), [document], Place(dossier, case), now=timezone.now())
    OutboxEntry.objects.all().delete()
    scope = scope_begin(giver, factories.plan_entry("610"), reason="eigenes Sachgebiet")
    stands = [
        model.objects.get(pk=row.pk).scope_id for model, row in ((Dossier, dossier), (Case, case), (Document, document))
    ]
    assert [*stands, factories.plan_entry("610").scope_id] == [scope.pk] * 4
    assert Dossier.objects.get(pk=beside.pk).scope_id == factories.plan_entry("61").scope_id == dossier.scope_id
    assert list(OutboxEntry.objects.values_list("topic", "target")) == [("search", document.pk)]
    assert all(sees(clerk, one) for one in (dossier, beside))
    assert list(EventRow.objects.filter(chain=dossier.chain).values_list("name", flat=True))[-1] == "scope:entered"
    assert list(verify_all(Tally())) == []


def test_many_dossiers_move_into_a_scope_by_a_few_statements(
    giver: Actor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        factories.dossier(f"Akte {number}", of="610")
    with django_assert_max_num_queries(55):
        scope_begin(giver, factories.plan_entry("61"), reason="so viele")
    assert list(verify_all(Tally())) == []


def test_a_scope_goes_between_the_one_above_and_those_below(giver: Actor) -> None:
    dossier = factories.dossier(of="610")
    deep = scope_begin(giver, dossier, reason="heikel")
    high = scope_begin(giver, factories.plan_entry("61"), reason="eigenes Amt")
    top = scope_begin(giver, factories.plan_entry("6"), reason="Dezernat")
    deep.refresh_from_db()
    assert (deep.parent_id, Scope.objects.get(pk=high.pk).parent_id) == (high.pk, top.pk)
    assert Dossier.objects.get(pk=dossier.pk).scope_id == deep.pk
    assert scope_begin(giver, Dossier.objects.get(pk=dossier.pk), reason="noch einmal").pk == deep.pk


def test_what_is_granted_below_does_not_hold_above(giver: Actor, files: Scope) -> None:
    dossier = factories.dossier(of="610")
    scope = scope_begin(giver, factories.plan_entry("61"), reason="eigenes Amt")
    berta = factories.user_with(Role.CLERK, name="berta", scope=scope)
    assert sees(berta, dossier)
    assert not can(actor_for(berta), Permission.PLAN_VIEW, factories.plan_entry("6"))
    assert allowed_scopes(actor_for(berta), Permission.DOSSIER_VIEW) == {scope.pk}


def test_a_restricted_place_goes_by_its_own_grants_alone(giver: Actor, clerk: User, files: Scope) -> None:
    dossier = factories.dossier(of="610")
    scope = scope_begin(giver, dossier, reason="Personalsache")
    hr = factories.user_with(Role.RIGHTS, Role.CLERK, name="petra", scope=scope)
    scope_restrict(giver, dossier, reason="Personalsache")
    assert [sees(one, dossier) for one in (hr, clerk)] == [True, False]
    assert not can(actor_for(User.objects.get(username="renate")), Permission.GRANT, Dossier.objects.get(pk=dossier.pk))
    with pytest.raises(NotAllowed):
        scope_open(giver, Dossier.objects.get(pk=dossier.pk), reason="zurück")
    scope_open(actor_for(hr), Dossier.objects.get(pk=dossier.pk), reason="erledigt")
    assert sees(clerk, dossier)


def test_nothing_is_restricted_so_that_nobody_could_give_rights_there_any_more(giver: Actor) -> None:
    dossier = factories.dossier(of="610")
    with pytest.raises(NobodyLeft):
        scope_restrict(giver, dossier, reason="zu")
    assert not Scope.objects.filter(inherits=False).exists()
    assert Dossier.objects.get(pk=dossier.pk).scope_id == dossier.scope_id


def test_who_may_not_give_grants_there_begins_nothing(clerk: User, files: Scope) -> None:
    with pytest.raises(NotAllowed):
        scope_begin(actor_for(clerk), factories.plan_entry("61"), reason="ich will")
    assert Scope.objects.filter(place="").count() == Scope.objects.count()


def test_the_rule_costs_one_query_however_deep_the_tree_is(
    giver: Actor, clerk: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in ("6", "61", "610"):
        scope_begin(giver, factories.plan_entry(number), reason="tief")
    actor = actor_for(clerk)
    with django_assert_num_queries(1):
        assert len(allowed_scopes(actor, Permission.DOSSIER_VIEW)) == 4


def test_it_is_told_in_words_from_where_a_right_comes(giver: Actor, clerk: User) -> None:
    dossier = factories.dossier(of="610")
    scope = scope_begin(giver, dossier, reason="eigene Regeln")
    factories.user_with(Role.ARCHIVIST, name="carl", scope=scope)
    told = explain(actor_for(clerk), Permission.DOSSIER_VIEW, Dossier.objects.get(pk=dossier.pk))
    assert told == [
        "carl ist Archiv in 610-1 Lindenweg 4, Wintergarten.",
        "carl ist Sachbearbeitung in Akten. Das gilt auch hier, weil die Rechte von dort übernommen werden.",
    ]
    nobody = factories.user_with(Role.CLERK, name="nina", scope=factories.another_scope("Anderswo"))
    assert explain(actor_for(nobody), Permission.DOSSIER_VIEW, dossier) == []


def test_an_entry_with_rules_of_its_own_moves_within_the_scope_around_it_alone(giver: Actor, files: Scope) -> None:
    registry = actor_for(factories.user_with(Role.REGISTRY, name="rita", scope=files))
    scope_begin(giver, factories.plan_entry("610"), reason="eigene Regeln")
    entry_move(registry, factories.plan_entry("610"), factories.plan_entry("6"))
    scope_begin(giver, factories.plan_entry("611"), reason="andere Regeln")
    registry = actor_for(User.objects.get(username="rita"))
    with pytest.raises(NotPossible):
        entry_move(registry, factories.plan_entry("610"), factories.plan_entry("611"))


def system_files() -> Actor:
    return Actor("user:registry", everywhere=frozenset(Permission))


def test_the_central_inbox_is_the_towns_scope_whatever_else_bears_its_name(files: Scope) -> None:
    inbox = factories.town()
    factories.another_scope(inbox.name, place="records.planentry:x", parent=files)
    assert inbox_scope() == inbox
