"""A case goes into another dossier with all that lies in it, is found by both numbers, and both dossiers tell."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dms.access.actors import Actor, actor_for, system_setup
from dms.access.levels import Level
from dms.access.models import Scope
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.audit.lifecycle import NotPossible
from dms.records.dossiers.cases import case_close
from dms.records.dossiers.closing import CaseClosed, DossierClosed
from dms.records.dossiers.filing import Place, documents_file
from dms.records.dossiers.history import dossier_history
from dms.records.dossiers.keeping import dossier_close
from dms.records.dossiers.leaving import LessProtectedThere
from dms.records.dossiers.models import Case, Dossier, ReferenceNumber
from dms.records.dossiers.moving import LessSecretThere, case_move, may_move
from dms.records.dossiers.places import place_suggestions
from dms.records.holdings.keeping import put_into_volume
from dms.records.meanwhile import ChangedMeanwhile
from dms.records.models import Document
from dms.records.parties.models import Participation
from dms.records.past import dossier_then
from dms.records.protection.levels import dossier_set_level
from dms.records.protection.marking import sensitive_mark
from dms.records.protection.rights import scope_begin
from dms.records.protection.sensitivity import SensitiveClass
from search.source import RecordsSource
from tests import factories
from tests.proving import proven

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def two(files: Scope) -> tuple[Dossier, Dossier]:
    return factories.dossier("Lindenweg"), factories.dossier("Ahornweg")


@pytest.fixture
def case(clerk: Actor, two: tuple[Dossier, Dossier]) -> Case:
    """With a letter and its attachment, a party and a volume."""
    made = factories.case(two[0])
    documents_file(clerk, [factories.document(title="Antrag", attachments=["Plan.pdf"])], Place(two[0], made), now=NOW)
    factories.takes_part(factories.party(home=two[0]), two[0], made)
    put_into_volume(factories.registry_actor(), two[0], factories.volume(two[0]), [made], now=NOW)
    filled: Case = Case.objects.select_related("dossier").get(pk=made.pk)
    return filled


def test_a_case_goes_with_all_that_lies_in_it(clerk: Actor, two: tuple[Dossier, Dossier], case: Case) -> None:
    there = two[1]
    factories.case(there)
    moved = case_move(clerk, case, there, now=NOW, reason="falsche Akte")
    assert (moved.dossier, moved.reference_number, moved.volume) == (there, "610-2/2", None)
    assert {one.dossier for one in Document.objects.filter(case=moved)} == {there}
    assert Document.objects.filter(case=moved).count() == 2
    assert Participation.objects.get(case=moved).dossier == there
    assert proven()


def test_the_former_number_finds_it_still(clerk: Actor, two: tuple[Dossier, Dossier], case: Case) -> None:
    case_move(clerk, case, two[1], now=NOW)
    former = ReferenceNumber.objects.get(pk="610-1/1")
    assert (former.replaced_at, former.dossier) == (NOW, two[0])
    assert two[1] in Dossier.objects.visible_to(clerk).matching("610-1/1", clerk)
    [found] = [one.place for one in place_suggestions(clerk, "610-1/1")]
    assert (found.dossier, found.case) == (two[1], case)
    [entry] = RecordsSource().entries([Document.objects.get(title="Antrag").pk])
    assert {"610-1/1", "610-2/1", "610-2"} <= set(entry.reference.split())
    assert factories.case(two[0]).reference_number == "610-1/2", "the number of the moved case is not given again"


def test_both_dossiers_tell_of_it(clerk: Actor, two: tuple[Dossier, Dossier], case: Case) -> None:
    before = datetime.now(UTC)
    case_move(clerk, case, two[1], now=datetime.now(UTC), reason="falsche Akte")
    left = [one.sentence for one in dossier_history(two[0], clerk) if one.name == "case:left"]
    came = [one.sentence for one in dossier_history(two[1], clerk) if one.name == "case:came"]
    assert left == ["Vorgang in eine andere Akte verschoben: 610-1/1 „Bauantrag“, falsche Akte"]
    assert came == ["Vorgang aus einer anderen Akte aufgenommen: 610-1/1 „Bauantrag“, falsche Akte"]
    then, now = (dossier_then(two[0], at, clerk) for at in (before, datetime.now(UTC)))
    assert then is not None
    assert now is not None
    assert (len(then.cases), len(then.documents), len(now.cases), len(now.documents)) == (1, 2, 0, 0)


def test_rights_are_those_of_the_new_place_at_once(clerk: Actor, two: tuple[Dossier, Dossier], case: Case) -> None:
    scope_begin(system_setup(), two[1], reason="eigene Rechte")
    two[1].refresh_from_db()
    moved = case_move(actor_for(factories.user_with(name="carl")), case, two[1], now=NOW)
    assert {moved.scope_id, *Document.objects.values_list("scope_id", flat=True)} == {two[1].scope_id}
    assert proven()


def test_what_is_closed_stays_where_it_is(clerk: Actor, two: tuple[Dossier, Dossier], case: Case) -> None:
    with pytest.raises(NotPossible):
        case_move(clerk, case, two[0], now=NOW)
    with pytest.raises(ChangedMeanwhile):
        case_move(clerk, case, two[1], now=NOW, expected="0" * 32)
    dossier_close(clerk, two[1], now=NOW)
    with pytest.raises(DossierClosed):
        case_move(clerk, case, two[1], now=NOW)
    closed = case_close(clerk, case, now=NOW)
    with pytest.raises(CaseClosed):
        case_move(clerk, closed, factories.dossier("Birkenweg"), now=NOW)
    assert not may_move(clerk, Case.objects.select_related("dossier").get(pk=case.pk))
    assert proven()


def test_a_case_never_becomes_less_secret_by_moving(clerk: Actor, two: tuple[Dossier, Dossier], case: Case) -> None:
    dossier_set_level(factories.everywhere_actor(), two[0], Level.RESTRICTED, reason="geheim")
    registry = factories.everywhere_actor()
    with pytest.raises(LessSecretThere):
        case_move(registry, case, two[1], now=NOW)
    secret = factories.dossier("Geheim")
    dossier_set_level(registry, secret, Level.SECRET, reason="geheim")
    assert case_move(registry, case, secret, now=NOW).level == Level.SECRET
    assert proven()


def test_a_case_of_a_protected_dossier_stays_protected(two: tuple[Dossier, Dossier], case: Case) -> None:
    everybody = factories.everywhere_actor()
    mark = {"sensitive": SensitiveClass.SOCIAL, "asks_purpose": True, "reason": "Sozialdaten"}
    sensitive_mark(everybody, two[0], **mark)  # type: ignore[arg-type]
    with pytest.raises(LessProtectedThere):
        case_move(everybody, case, two[1], now=NOW)
    sensitive_mark(everybody, two[1], **mark)  # type: ignore[arg-type]
    assert case_move(everybody, case, two[1], now=NOW).dossier == two[1]


def test_who_may_not_keep_the_other_dossier_moves_nothing_there(
    files: Scope, two: tuple[Dossier, Dossier], case: Case
) -> None:
    reader = actor_for(factories.user_with(Role.ARCHIVIST, name="reader", scope=files))
    with pytest.raises(NotAllowed):
        case_move(reader, case, two[1], now=NOW)
    assert not may_move(reader, case)
