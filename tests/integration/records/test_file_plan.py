"""The file plan: what the registry may do with it, and what can never be, whoever tries."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from config.town import plan_setup
from dms.access.actors import Actor, actor_for
from dms.access.models import Scope
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.audit.lifecycle import NotPossible
from dms.audit.models import EventRow
from dms.audit.verify import Tally, verify_all
from dms.records.documents.facts import InvalidFact
from dms.records.meanwhile import ChangedMeanwhile, state_digest
from dms.records.plan.changing import entry_actions, entry_add, entry_change, entry_move, entry_retire
from dms.records.plan.models import EntryState, EntryVerb, FilePlan, PlanEntry
from dms.records.plan.retention import Appraisal, Keeping, Retention, Unit
from dms.records.plan.rows import PlanRow
from tests import factories

TEN_YEARS = Retention(Keeping.PERIOD, 10, Unit.YEARS, "z. d. A.", "", Appraisal.ASSESS, "KAG", "low")


@pytest.fixture
def files(db: None) -> Scope:
    return factories.another_scope("Akten")


@pytest.fixture
def plan(files: Scope) -> FilePlan:
    return plan_setup(files)


@pytest.fixture
def registry(files: Scope) -> Actor:
    return actor_for(factories.user_with(Role.REGISTRY, name="rita", scope=files))


@pytest.fixture
def clerk(files: Scope) -> Actor:
    return actor_for(factories.user_with(Role.CLERK, name="carl", scope=files))


def entry(number: str) -> PlanEntry:
    found: PlanEntry = PlanEntry.objects.select_related("plan").get(number=number)
    return found


def test_the_sample_plan_has_ten_main_groups_and_names_the_law_of_each_rule(plan: FilePlan) -> None:
    entries = list(plan.entries.all())
    assert len(entries) >= 120
    assert [one.number for one in entries if not one.parent_id] == list("0123456789")
    rules = [one.retention for one in entries if one.retention.is_set]
    assert len(rules) == 49
    assert all(rule.legal_basis and rule.confidence and rule.appraisal for rule in rules)
    assert list(verify_all(Tally())) == []


def test_entries_stand_in_the_order_of_the_plan(plan: FilePlan) -> None:
    numbers = [one.number for one in plan.entries.all()]
    assert numbers[:5] == ["0", "00", "000", "0001", "0002"]
    assert numbers.index("611") < numbers.index("6110") < numbers.index("612")


def test_the_registry_adds_an_entry_and_the_plan_remembers_who(plan: FilePlan, registry: Actor) -> None:
    made = entry_add(registry, plan, PlanRow("6113", "Abgeschlossenheit", parent="611", retention=TEN_YEARS))
    assert (made.ancestors, made.scope_id) == ([entry(n).pk for n in ("6", "61", "611")], plan.scope_id)
    last = EventRow.objects.filter(chain=plan.chain).latest("number")
    assert (last.actor, last.name) == ("user:rita", "plan_entry:added")


def test_a_clerk_sees_the_plan_and_changes_nothing(plan: FilePlan, clerk: Actor) -> None:
    assert PlanEntry.objects.visible_to(clerk).count() == plan.entries.count()
    assert entry_actions(clerk, entry("611")) == []
    with pytest.raises(NotAllowed):
        entry_add(clerk, plan, PlanRow("6113", "Neu", parent="611"))
    with pytest.raises(NotAllowed):
        entry_change(clerk, entry("611"), {"title": "Anders"})
    with pytest.raises(NotAllowed):
        entry_move(clerk, entry("611"), entry("7"))
    with pytest.raises(NotAllowed):
        entry_retire(clerk, entry("6110"), reason="")


def test_who_has_no_role_there_sees_no_entry(plan: FilePlan) -> None:
    stranger = actor_for(factories.user_with(*Role, name="stranger", scope=factories.another_scope("Anderswo")))
    assert not PlanEntry.objects.visible_to(stranger).exists()
    assert not FilePlan.objects.visible_to(stranger).exists()


def test_a_number_is_never_given_twice_not_even_after_it_was_retired(plan: FilePlan, registry: Actor) -> None:
    retired = entry_retire(registry, entry("6112"), reason="geht in 6110 auf")
    assert (retired.state, entry_actions(registry, retired)) == (EntryState.RETIRED, [])
    with pytest.raises(InvalidFact):
        entry_add(registry, plan, PlanRow("6112", "Etwas anderes", parent="611"))


@pytest.mark.parametrize("number", ["abc falsch", "falsch", "a b"])
def test_words_are_no_number(plan: FilePlan, registry: Actor, number: str) -> None:
    with pytest.raises(InvalidFact, match="Wörter gehören in den Titel"):
        entry_add(registry, plan, PlanRow(number, "Etwas", parent="611"))


@pytest.mark.parametrize("number", ["A", "PERS", "Z-I", "EDV-1", "BImSchG 4", "611.3 a"])
def test_letters_and_figures_are_a_number(plan: FilePlan, registry: Actor, number: str) -> None:
    assert entry_add(registry, plan, PlanRow(number, "Etwas", parent="611")).number == number


def test_an_entry_with_active_ones_below_is_not_retired(plan: FilePlan, registry: Actor) -> None:
    with pytest.raises(NotPossible):
        entry_retire(registry, entry("611"), reason="")
    assert entry("611").state == EntryState.ACTIVE


def test_an_entry_moves_with_all_that_stands_below_it(plan: FilePlan, registry: Actor) -> None:
    entry_move(registry, entry("611"), entry("71"))
    assert entry("6110").ancestors == [entry(number).pk for number in ("7", "71", "611")]
    with pytest.raises(NotPossible):
        entry_move(registry, entry("71"), entry("6110"))


def test_who_was_slower_is_told(plan: FilePlan, registry: Actor) -> None:
    seen = state_digest(entry("611"))
    entry_change(registry, entry("611"), {"title": "Bauordnung"}, expected=seen)
    with pytest.raises(ChangedMeanwhile):
        entry_change(registry, entry("611"), {"title": "Bauaufsicht und mehr"}, expected=seen)
    assert entry("611").title == "Bauordnung"


@pytest.mark.parametrize(
    "rule",
    [
        Retention(Keeping.PERIOD, 10, Unit.YEARS, appraisal="assess", confidence="low"),
        Retention(Keeping.PERIOD, None, "", appraisal="assess", legal_basis="KAG", confidence="low"),
        Retention(Keeping.PERMANENT, legal_basis="KAG", confidence="low"),
        Retention(Keeping.PERMANENT, appraisal="archive", legal_basis="KAG"),
        Retention(appraisal="archive"),
    ],
)
def test_a_rule_without_its_law_or_only_in_part_is_refused(plan: FilePlan, registry: Actor, rule: Retention) -> None:
    with pytest.raises(InvalidFact):
        entry_change(registry, entry("611"), {"retention": rule})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_planentry SET number = 'neu' WHERE number = '6112'",
        "DELETE FROM records_planentry WHERE number = '6112'",
        "UPDATE records_planentry SET ancestors = '{}' WHERE number = '6112'",
        "UPDATE records_planentry SET parent_id = (SELECT id FROM records_planentry WHERE number = '9')"
        " WHERE number = '6112'",
        "UPDATE records_planentry SET parent_id = (SELECT id FROM records_planentry WHERE number = '611')"
        " WHERE number = '61'",
        "UPDATE records_planentry SET keeping = 'permanent' WHERE number = '6112'",
        "UPDATE records_planentry SET valid_to = '1999-01-01' WHERE number = '6112'",
        "UPDATE records_planentry SET state = 'active' WHERE number = '6111'",
    ],
)
def test_the_database_refuses_what_must_never_be(plan: FilePlan, registry: Actor, statement: str) -> None:
    entry_retire(registry, entry("6111"), reason="")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('registratur.change', 'a test', true)")
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_what_the_actions_say_is_what_the_lifecycle_allows(plan: FilePlan, registry: Actor) -> None:
    assert entry_actions(registry, entry("6112")) == list(EntryVerb)


def test_the_plan_is_searched_by_number_and_by_words(plan: FilePlan, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert [one.number for one in plan.entries.matching("6112")] == ["6112"]
    assert "6110" in [one.number for one in plan.entries.matching("bauakten statik")]
    assert [one.number for one in plan.entries.matching("nichts dergleichen")] == []
