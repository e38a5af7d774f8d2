"""Dossiers, cases and documents lead to each other: from both ends, told in both places, and never past a right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import translation

from dms.access.actors import Actor, actor_for, system_setup
from dms.access.models import Scope
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.audit.models import EventRow
from dms.records.dossiers.closing import DossierClosed
from dms.records.dossiers.filing import Place, documents_file
from dms.records.dossiers.history import dossier_history
from dms.records.dossiers.keeping import dossier_close
from dms.records.dossiers.models import Dossier
from dms.records.protection.rights import scope_begin, scope_restrict
from dms.records.relations.finding import things_matching
from dms.records.relations.models import Relation, RelationKind
from dms.records.relations.relating import (
    NotToBeRelated,
    RelatedAlready,
    Thing,
    relation_make,
    relation_remove,
    relations_of,
    relations_seen,
)
from tests import factories
from tests.proving import proven

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def two(files: Scope) -> tuple[Dossier, Dossier]:
    return factories.dossier("Lindenweg, alt"), factories.dossier("Lindenweg, neu")


def read_from(actor: Actor, thing: Thing) -> list[tuple[str, str]]:
    with translation.override("de"):
        return [(str(one.label), one.other.title) for one in relations_of(actor, thing)]


@pytest.mark.parametrize(
    ("kind", "there", "back"),
    [
        (RelationKind.SEE_ALSO, "siehe auch", "siehe auch"),
        (RelationKind.BELONGS_TO, "gehört zu", "dazu gehört"),
        (RelationKind.REPLACES, "ersetzt", "ersetzt durch"),
        (RelationKind.FOLLOWS, "setzt fort (Vorgänger)", "wird fortgesetzt in (Nachfolger)"),
    ],
)
def test_a_relation_is_read_from_both_ends(
    clerk: Actor, two: tuple[Dossier, Dossier], kind: RelationKind, there: str, back: str
) -> None:
    old, new = two
    relation_make(clerk, new, kind, old, now=NOW)
    assert read_from(clerk, new) == [(there, "Lindenweg, alt")]
    assert read_from(clerk, old) == [(back, "Lindenweg, neu")]
    assert proven()


def test_both_places_tell_of_it_without_naming_the_other(clerk: Actor, two: tuple[Dossier, Dossier]) -> None:
    old, new = two
    row = relation_make(clerk, new, RelationKind.REPLACES, old, now=NOW)
    relation_remove(clerk, row, now=NOW)
    assert [one.sentence for one in dossier_history(new, clerk)][-2:] == [
        "Verknüpfung angelegt: (ersetzt)",
        "Verknüpfung entfernt: (ersetzt)",
    ]
    assert dossier_history(old, clerk)[-1].sentence == "Verknüpfung entfernt: (ersetzt durch)"
    assert not Relation.objects.exists()
    assert proven()


def test_who_may_not_see_the_other_end_sees_no_relation(
    clerk: Actor, files: Scope, two: tuple[Dossier, Dossier]
) -> None:
    old, new = two
    row = relation_make(clerk, new, RelationKind.FOLLOWS, old, now=NOW)
    scope_begin(system_setup(), old, reason="Personal")
    old.refresh_from_db()
    factories.user_with(Role.RIGHTS, name="keeper", scope=old.scope)
    scope_restrict(system_setup(), old, reason="Personal")
    outside = actor_for(factories.user_with(name="carl"))
    assert read_from(outside, new) == []
    assert not relations_seen(outside).filter(pk=row.pk).exists()
    assert things_matching(outside, "Lindenweg", new) == []
    with pytest.raises(NotAllowed):
        relation_make(outside, new, RelationKind.SEE_ALSO, old, now=NOW)


def test_a_relation_is_there_once_and_between_two(clerk: Actor, two: tuple[Dossier, Dossier]) -> None:
    old, new = two
    relation_make(clerk, new, RelationKind.SEE_ALSO, old, now=NOW)
    for source, target in ((new, old), (old, new)):
        with pytest.raises(RelatedAlready):
            relation_make(clerk, source, RelationKind.SEE_ALSO, target, now=NOW)
    for other in (new, factories.case(old)):
        with pytest.raises(NotToBeRelated):
            relation_make(clerk, new, RelationKind.FOLLOWS, other, now=NOW)
    relation_make(clerk, new, RelationKind.FOLLOWS, old, now=NOW)
    relation_make(clerk, old, RelationKind.FOLLOWS, new, now=NOW)


def test_an_archivist_reads_relations_and_makes_none(files: Scope, two: tuple[Dossier, Dossier]) -> None:
    old, new = two
    row = factories.related(new, old)
    reader = actor_for(factories.user_with(Role.ARCHIVIST, name="reader", scope=files))
    assert [one.may_remove for one in relations_of(reader, new)] == [False]
    with pytest.raises(NotAllowed):
        relation_make(reader, new, RelationKind.SEE_ALSO, old, now=NOW)
    with pytest.raises(NotAllowed):
        relation_remove(reader, row, now=NOW)


def test_a_closed_dossier_is_named_as_the_predecessor_but_names_none(
    clerk: Actor, two: tuple[Dossier, Dossier]
) -> None:
    old, new = two
    dossier_close(clerk, old, now=NOW)
    old.refresh_from_db()
    relation_make(clerk, new, RelationKind.FOLLOWS, old, now=NOW)
    with pytest.raises(DossierClosed):
        relation_make(clerk, old, RelationKind.SEE_ALSO, new, now=NOW)


def test_documents_stay_joined_when_they_are_filed(clerk: Actor, two: tuple[Dossier, Dossier]) -> None:
    answer, letter = factories.document(title="Antwort"), factories.document(title="Schreiben")
    relation_make(clerk, answer, RelationKind.BELONGS_TO, letter, now=NOW)
    documents_file(clerk, [answer], Place(two[0]), now=NOW)
    answer.refresh_from_db()
    assert read_from(clerk, answer) == [("gehört zu", "Schreiben")]
    assert EventRow.objects.filter(chain=letter.item_chain, name="document:related").count() == 1
    assert things_matching(clerk, "Schreib", answer) == [letter]
    assert proven()


def test_cases_of_different_dossiers_are_joined(clerk: Actor, two: tuple[Dossier, Dossier]) -> None:
    one, other = (factories.case(dossier, f"Bauantrag {dossier.title}") for dossier in two)
    relation_make(clerk, one, RelationKind.SEE_ALSO, other, now=NOW)
    assert read_from(clerk, other) == [("siehe auch", one.title)]
    assert things_matching(clerk, "610-2", one) == [other]
    assert (
        dossier_history(two[1], clerk)[-1].sentence
        == "Verknüpfung angelegt: 610-2/1 „Bauantrag Lindenweg, neu“ (siehe auch)"
    )
