"""Dossiers and cases: opened with the next number, described, closed, and after that only what the registry may do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, connection, transaction

from dms.access.actors import Actor, actor_for
from dms.access.models import Scope
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.audit.lifecycle import NotPossible
from dms.audit.models import EventRow
from dms.audit.verify import Tally, verify_all
from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.cases import case_actions, case_close, case_describe, case_open, case_reopen
from dms.records.dossiers.describing import DossierFacts
from dms.records.dossiers.keeping import (
    NumberInUse,
    OpenCases,
    dossier_actions,
    dossier_close,
    dossier_describe,
    dossier_open,
    dossier_renumber,
    dossier_reopen,
    dossier_use_number,
)
from dms.records.dossiers.models import Case, CaseVerb, Dossier, DossierVerb, FileState, ReferenceNumber
from dms.records.dossiers.numbering import CASE_FIELDS, DOSSIER_FIELDS, NumberTaken, pattern_problem
from dms.records.meanwhile import ChangedMeanwhile, state_digest
from dms.records.plan.changing import entry_retire
from tests import factories

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def scope(db: None) -> Scope:
    files = factories.another_scope("Akten")
    factories.file_plan(scope=files)
    return files


@pytest.fixture
def clerk(scope: Scope) -> Actor:
    return actor_for(factories.user_with(Role.CLERK, name="carl", scope=scope))


@pytest.fixture
def registry(scope: Scope) -> Actor:
    return actor_for(factories.user_with(Role.REGISTRY, name="rita", scope=scope))


def opened(actor: Actor, title: str = "Lindenweg 4", of: str = "610", **facts: Any) -> Dossier:
    return dossier_open(actor, factories.plan_entry(of), DossierFacts(title=title, **facts), now=NOW)  # type: ignore[typeddict-item]


def fresh(dossier: Dossier) -> Dossier:
    found: Dossier = Dossier.objects.get(pk=dossier.pk)
    return found


def test_a_dossier_gets_the_next_number_of_its_task(clerk: Actor) -> None:
    assert [opened(clerk).reference_number for _ in range(3)] == ["610-1", "610-2", "610-3"]
    assert opened(clerk, of="611").reference_number == "611-1"


def test_a_case_gets_the_next_number_of_its_dossier(clerk: Actor) -> None:
    first = opened(clerk)
    numbers = [case_open(clerk, first, {"title": "Antrag"}, now=NOW).reference_number for _ in range(2)]
    assert numbers == ["610-1/1", "610-1/2"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{plan}-{number:04}", ["610-0001", "610-0002", "611-0001"]),
        ("{plan}/{year}-{number}", ["610/2026-1", "610/2026-2", "611/2026-1"]),
        ("Az. {number}/{year}", ["Az. 1/2026", "Az. 2/2026", "Az. 3/2026"]),
    ],
)
def test_the_pattern_decides_how_numbers_look_and_among_whom_they_run(
    clerk: Actor, settings: LazySettings, pattern: str, expected: list[str]
) -> None:
    settings.DOSSIER_NUMBER = pattern
    assert [opened(clerk, of=entry).reference_number for entry in ("610", "610", "611")] == expected


def test_with_the_year_in_it_numbers_begin_anew_each_year(clerk: Actor, settings: LazySettings) -> None:
    settings.DOSSIER_NUMBER = "{plan}-{number}/{year}"
    entry = factories.plan_entry()
    days = (datetime(2026, 12, 31, 22, 30, tzinfo=UTC), datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    numbers = [dossier_open(clerk, entry, {"title": "Silvester"}, now=day).reference_number for day in days]
    assert numbers == ["610-1/2026", "610-1/2027"], "the year is that of the town's clock"


def test_a_pattern_that_would_give_a_number_twice_is_refused_in_words(clerk: Actor, settings: LazySettings) -> None:
    opened(clerk)
    settings.DOSSIER_NUMBER = "610-{number}"
    with pytest.raises(NumberTaken, match="610-1 ist schon vergeben"):
        opened(clerk, of="611")


@pytest.mark.parametrize(
    "pattern", ["{plan}", "{plan}-{number", "{colour}-{number}", "{number!x}", "x" * 90 + "{number}"]
)
def test_a_pattern_that_cannot_work_is_named_at_the_start(pattern: str) -> None:
    assert pattern_problem(pattern, DOSSIER_FIELDS, frozenset({"number"}))
    assert not pattern_problem("{dossier}/{number}", CASE_FIELDS, frozenset({"dossier", "number"}))


def test_who_fails_takes_no_number(clerk: Actor) -> None:
    with pytest.raises(InvalidFact):
        opened(clerk, title=" ")
    with pytest.raises(RuntimeError), transaction.atomic():
        opened(clerk)
        raise RuntimeError("the power goes")
    assert opened(clerk).reference_number == "610-1"


def test_nothing_is_opened_below_a_retired_entry(clerk: Actor, registry: Actor) -> None:
    entry_retire(registry, factories.plan_entry(), reason="aufgelöst")
    with pytest.raises(InvalidFact, match="stillgelegt"):
        opened(clerk)


def test_a_dossier_is_closed_when_its_cases_are(clerk: Actor) -> None:
    dossier = opened(clerk)
    case = case_open(clerk, dossier, {"title": "Antrag"}, now=NOW)
    with pytest.raises(OpenCases, match="noch offene Vorgänge"):
        dossier_close(clerk, dossier, now=NOW)
    case_close(clerk, case, now=NOW)
    assert dossier_close(clerk, dossier, now=NOW).closed_at == NOW
    with pytest.raises(NotPossible):
        case_open(clerk, dossier, {"title": "Noch einer"}, now=NOW)


def test_auditor_5_after_closing_only_the_registry_puts_a_description_right_and_both_values_are_kept(
    clerk: Actor, registry: Actor
) -> None:
    dossier = dossier_close(clerk, opened(clerk), now=NOW)
    with pytest.raises(NotAllowed):
        dossier_describe(clerk, dossier, {"title": "Anders"})
    dossier_describe(registry, dossier, {"title": "Lindenweg 4a"})
    event = EventRow.objects.filter(chain=dossier.chain).latest("number")
    assert (event.name, event.actor) == ("dossier:amended", "user:rita")
    assert all(value in event.body for value in ("Lindenweg 4", "Lindenweg 4a"))
    assert fresh(dossier).state == FileState.CLOSED


def test_reopening_is_a_right_of_its_own(clerk: Actor, registry: Actor) -> None:
    dossier = dossier_close(clerk, opened(clerk), now=NOW)
    assert dossier_actions(clerk, dossier) == []
    assert dossier_actions(registry, dossier) == [DossierVerb.AMEND, DossierVerb.REOPEN]
    with pytest.raises(NotAllowed):
        dossier_reopen(clerk, dossier, now=NOW, reason="Nachtrag")
    assert dossier_reopen(registry, dossier, now=NOW, reason="Nachtrag").closed_at is None


def test_a_case_of_a_closed_dossier_stays_as_it_is(clerk: Actor, registry: Actor) -> None:
    dossier = opened(clerk)
    case = case_close(clerk, case_open(clerk, dossier, {"title": "Antrag"}, now=NOW), now=NOW)
    assert case_actions(registry, Case.objects.select_related("dossier").get()) == [CaseVerb.REOPEN]
    dossier_close(clerk, dossier, now=NOW)
    with pytest.raises(NotPossible, match="Die Akte ist abgeschlossen"):
        case_reopen(registry, case, now=NOW, reason="")
    assert case_actions(registry, Case.objects.select_related("dossier").get()) == []


def test_who_was_slower_is_told(clerk: Actor) -> None:
    dossier = opened(clerk)
    case = case_open(clerk, dossier, {"title": "Antrag"}, now=NOW)
    seen, seen_case = state_digest(dossier), state_digest(case)
    dossier_describe(clerk, dossier, {"title": "Neu"}, expected=seen)
    case_describe(clerk, case, {"title": "Neu"}, expected=seen_case)
    with pytest.raises(ChangedMeanwhile):
        dossier_close(clerk, dossier, now=NOW, expected=seen)
    with pytest.raises(ChangedMeanwhile):
        case_describe(clerk, case, {"title": "Anders"}, expected=seen_case)


def test_paper_has_a_place_and_what_is_electronic_has_none(clerk: Actor) -> None:
    dossier = opened(clerk, medium="hybrid", location="Keller, Regal 4")
    with pytest.raises(InvalidFact):
        opened(clerk, location="Keller")
    assert dossier_describe(clerk, dossier, {"medium": "electronic"}).location == ""


def test_a_dossier_of_another_task_gets_a_number_there_and_is_found_by_the_former_one(
    clerk: Actor, registry: Actor
) -> None:
    dossier = opened(clerk)
    case_open(clerk, dossier, {"title": "Antrag"}, now=NOW)
    with pytest.raises(NotAllowed):
        dossier_renumber(clerk, dossier, factories.plan_entry("611"), now=NOW, reason="")
    moved = dossier_renumber(registry, dossier, factories.plan_entry("611"), now=NOW, reason="falsch zugeordnet")
    assert (moved.reference_number, Case.objects.get().reference_number) == ("611-1", "611-1/1")
    for number in ("610-1", "610-1/1", "611-1", "611-1/1"):
        assert list(Dossier.objects.matching(number, registry)) == [dossier], number
    assert opened(clerk).reference_number == "610-2", "the former number is never given again"


def test_a_number_that_was_used_outside_stays(clerk: Actor, registry: Actor) -> None:
    dossier = dossier_use_number(clerk, opened(clerk), now=NOW)
    assert DossierVerb.RENUMBER not in dossier_actions(registry, dossier)
    with pytest.raises(NumberInUse):
        dossier_renumber(registry, dossier, factories.plan_entry("611"), now=NOW, reason="")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_dossier SET reference_number = '999-1'",
        "UPDATE records_dossier SET used_outside_at = NULL",
        "UPDATE records_case SET reference_number = '999-1/1'",
        "UPDATE records_referencenumber SET number = 7",
        "DELETE FROM records_referencenumber",
        "UPDATE records_dossier SET state = 'closed'",
        "UPDATE records_dossier SET title = ''",
        "UPDATE records_case SET scope_id = (SELECT max(id) FROM access_scope)",
        "UPDATE records_dossier SET location = 'Keller'",
    ],
)
def test_the_database_refuses_what_must_never_be(clerk: Actor, statement: str) -> None:
    dossier = opened(clerk)
    case_open(clerk, dossier, {"title": "Antrag"}, now=NOW)
    dossier_use_number(clerk, dossier, now=NOW)
    factories.another_scope("Anderswo")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('registratur.change', 'a test', true)")
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_all_that_happens_to_a_dossier_is_one_chain_and_proven(clerk: Actor, registry: Actor) -> None:
    dossier = opened(clerk)
    case = case_open(clerk, dossier, {"title": "Antrag"}, now=NOW)
    case_close(clerk, case, now=NOW)
    dossier_renumber(registry, dossier, factories.plan_entry("611"), now=NOW, reason="")
    dossier_close(clerk, dossier, now=NOW, reason="erledigt")
    names = list(EventRow.objects.filter(chain=dossier.chain).order_by("number").values_list("name", flat=True))
    assert names == ["dossier:opened", "case:opened", "case:closed", "dossier:renumbered", "dossier:closed"]
    assert list(verify_all(Tally())) == []


def test_who_has_no_role_there_sees_and_opens_nothing(clerk: Actor) -> None:
    dossier = opened(clerk)
    case_open(clerk, dossier, {"title": "Antrag"}, now=NOW)
    stranger = actor_for(factories.user_with(*Role, name="stranger", scope=factories.another_scope("Anderswo")))
    assert not Dossier.objects.visible_to(stranger).exists()
    assert not Case.objects.visible_to(stranger).exists()
    with pytest.raises(NotAllowed):
        opened(stranger)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_auditor_41_numbers_have_no_gap_and_no_double_under_50_parallel_creations() -> None:
    files = factories.another_scope("Akten")
    factories.file_plan(scope=files)
    user = factories.user_with(Role.CLERK, name="carl", scope=files)
    entry = factories.plan_entry()

    def open_one(number: int) -> str | None:
        """Every tenth is given up at the last moment."""
        try:
            with transaction.atomic():
                made = dossier_open(actor_for(user), entry, {"title": f"Akte {number}"}, now=NOW)
                transaction.set_rollback(number % 10 == 0)
            return made.reference_number if number % 10 else None
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=55) as pool:
        made = [number for number in pool.map(open_one, range(1, 56)) if number]
    assert len(made) == 50
    assert sorted(made, key=lambda text: int(text.split("-")[1])) == [f"610-{n}" for n in range(1, 51)]
    assert ReferenceNumber.objects.count() == 50
    assert list(verify_all(Tally())) == []
