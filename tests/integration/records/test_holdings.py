"""Volumes of dossiers, the paper that is lent and comes back, and the list of all holdings."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from dms.access.actors import Actor, actor_for
from dms.access.models import Scope
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.closing import DossierClosed
from dms.records.dossiers.filing import Place, documents_file, documents_take_back
from dms.records.dossiers.history import dossier_history
from dms.records.dossiers.keeping import dossier_close
from dms.records.dossiers.models import Case, Dossier, FileState, Medium
from dms.records.holdings.keeping import (
    VolumeClosed,
    VolumeFacts,
    put_into_volume,
    volume_actions,
    volume_close,
    volume_describe,
    volume_open,
    volume_reopen,
)
from dms.records.holdings.lending import LentAlready, NoPaper, ReturnedAlready, paper_lend, paper_return
from dms.records.holdings.listing import HoldingsAsked, holdings_asked, holdings_of, write_holdings
from dms.records.holdings.models import Volume, VolumeVerb
from dms.records.models import Document
from tests import factories
from tests.proving import proven

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CELLAR = VolumeFacts(medium="paper", location="Keller, Regal 4")


@pytest.fixture
def registry(files: Scope) -> Actor:
    return actor_for(factories.user_with(Role.REGISTRY, name="rita", scope=files))


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def test_volumes_count_from_one_within_their_dossier(clerk: Actor, dossier: Dossier) -> None:
    first = volume_open(clerk, dossier, {}, now=NOW)
    second = volume_open(clerk, dossier, {**CELLAR, "title": "Pläne"}, now=NOW)
    other = volume_open(clerk, factories.dossier("Ahornweg"), {}, now=NOW)
    assert [str(one) for one in (first, second, other)] == ["Band 1", "Band 2: Pläne", "Band 1"]
    with pytest.raises(InvalidFact):
        volume_open(clerk, dossier, {"location": "Keller"}, now=NOW)
    assert volume_open(clerk, dossier, {}, now=NOW).number == 3
    assert proven()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_volumes_opened_at_once_leave_no_gap(store: Path) -> None:
    dossier = factories.dossier()

    def one(_number: int) -> None:
        try:
            volume_open(factories.registry_actor(), dossier, {}, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(one, range(8)))
    assert sorted(Volume.objects.values_list("number", flat=True)) == list(range(1, 9))


def test_cases_and_documents_lie_in_a_volume_and_leave_it_with_their_dossier(clerk: Actor, dossier: Dossier) -> None:
    volume, case = volume_open(clerk, dossier, {}, now=NOW), factories.case(dossier)
    [letter] = documents_file(clerk, [factories.document(title="Antrag")], Place(dossier), now=NOW)
    put_into_volume(clerk, dossier, volume, [case, letter], now=NOW)
    assert (fresh(case).volume, fresh(letter).volume) == (volume, volume)
    told = dossier_history(dossier, clerk)[-1].sentence
    assert told in {"In einen Band gelegt: „Antrag“, Band 1", "In einen Band gelegt: 610-1/1 „Bauantrag“, Band 1"}
    documents_file(clerk, [fresh(letter)], Place(factories.dossier("Ahornweg")), now=datetime.now(UTC))
    assert fresh(letter).volume is None
    documents_take_back(clerk, [fresh(letter)], now=datetime.now(UTC))
    assert fresh(letter).volume == volume
    put_into_volume(clerk, dossier, None, [fresh(case)], now=NOW)
    assert fresh(case).volume is None
    assert proven()


def test_nothing_goes_into_or_out_of_a_closed_volume(clerk: Actor, registry: Actor, dossier: Dossier) -> None:
    volume, case = volume_open(clerk, dossier, {}, now=NOW), factories.case(dossier)
    put_into_volume(clerk, dossier, volume, [case], now=NOW)
    volume_close(clerk, volume, now=NOW)
    for target in (None, volume):
        other = case if target is None else factories.case(dossier)
        with pytest.raises(VolumeClosed):
            put_into_volume(clerk, dossier, target, [other], now=NOW)
    with pytest.raises(NotAllowed):
        volume_reopen(clerk, fresh(volume), reason="Nachtrag")
    assert volume_actions(registry, fresh(volume)) == [VolumeVerb.REOPEN]
    assert volume_reopen(registry, fresh(volume), reason="Nachtrag").closed_at is None
    assert proven()


def test_a_volume_of_another_dossier_takes_nothing(clerk: Actor, dossier: Dossier) -> None:
    elsewhere = volume_open(clerk, factories.dossier("Ahornweg"), {}, now=NOW)
    case = factories.case(dossier)
    with pytest.raises(NotPossible):
        put_into_volume(clerk, dossier, elsewhere, [case], now=NOW)
    with pytest.raises(IntegrityError, match="another dossier"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('registratur.change', 'test', true)")
        cursor.execute("UPDATE records_case SET volume_id = %s WHERE id = %s", [elsewhere.pk, case.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_volumes_are_closed_with_their_dossier(clerk: Actor, dossier: Dossier) -> None:
    volume = volume_open(clerk, dossier, {}, now=NOW)
    dossier_close(clerk, dossier, now=NOW)
    assert (fresh(volume).state, fresh(volume).closed_at) == (FileState.CLOSED, NOW)
    for act in (
        lambda: volume_open(clerk, dossier, {}, now=NOW),
        lambda: volume_describe(clerk, volume, {"title": "Neu"}),
        lambda: put_into_volume(clerk, dossier, volume, [], now=NOW),
    ):
        with pytest.raises((DossierClosed, NotPossible)):
            act()
    assert proven()


def test_paper_is_lent_to_one_and_comes_back(clerk: Actor, dossier: Dossier) -> None:
    volume = volume_open(clerk, dossier, CELLAR, now=NOW)
    loan = paper_lend(clerk, dossier, volume, "Frau Weiß, Zimmer 12", now=NOW, due=date(2026, 4, 1))
    with pytest.raises(LentAlready, match="Frau Weiß"):
        paper_lend(clerk, dossier, volume, "Herr Schwarz", now=NOW)
    assert dossier_history(dossier, clerk)[-1].sentence == "Papier ausgeliehen: Band 1, Frau Weiß, Zimmer 12"
    paper_return(clerk, loan, now=NOW)
    with pytest.raises(ReturnedAlready):
        paper_return(clerk, loan, now=NOW)
    assert dossier_history(dossier, clerk)[-1].sentence == "Papier zurückgegeben: Band 1, Frau Weiß, Zimmer 12"
    dossier_close(clerk, dossier, now=NOW)
    assert paper_lend(clerk, dossier, volume, "Archiv", now=NOW).borrower == "Archiv"
    assert proven()


def test_only_paper_is_lent_and_to_somebody(clerk: Actor, files: Scope, dossier: Dossier) -> None:
    with pytest.raises(NoPaper):
        paper_lend(clerk, dossier, None, "Frau Weiß", now=NOW)
    volume = volume_open(clerk, dossier, CELLAR, now=NOW)
    for borrower, due, field in ((" ", None, "borrower"), ("Archiv", date(2026, 1, 1), "due")):
        with pytest.raises(InvalidFact) as refused:
            paper_lend(clerk, dossier, volume, borrower, now=NOW, due=due)
        assert refused.value.field == field
    reader = actor_for(factories.user_with(Role.ARCHIVIST, name="reader", scope=files))
    with pytest.raises(NotAllowed):
        paper_lend(reader, dossier, volume, "Archiv", now=NOW)


def listed(actor: Actor, **asked: Any) -> list[str]:
    return [one.title for one in holdings_asked(actor, HoldingsAsked(**asked))]


def test_the_list_of_holdings_is_narrowed_by_place_medium_state_and_entry(clerk: Actor, dossier: Dossier) -> None:
    paper = factories.dossier("Papier", medium=Medium.PAPER, location="Keller, Regal 1")
    factories.dossier("Baulast", of="611")
    volume = volume_open(clerk, dossier, CELLAR, now=NOW)
    paper_lend(clerk, dossier, volume, "Archiv", now=NOW)
    dossier_close(clerk, paper, now=NOW)
    assert listed(clerk) == ["Lindenweg 4, Wintergarten", "Papier", "Baulast"]
    assert listed(clerk, place="keller") == ["Lindenweg 4, Wintergarten", "Papier"]
    assert listed(clerk, place="Regal 4") == ["Lindenweg 4, Wintergarten"]
    assert listed(clerk, medium="paper", state="closed") == ["Papier"]
    assert listed(clerk, entry=factories.plan_entry("611").pk) == ["Baulast"]
    assert listed(clerk, lent=True) == ["Lindenweg 4, Wintergarten"]
    [holding] = holdings_of([fresh(dossier)])
    assert [(part.number, loan.borrower if loan else "") for part, loan in holding.parts] == [(1, "Archiv")]
    table = write_holdings(clerk, HoldingsAsked()).decode("utf-8-sig").splitlines()
    assert len(table) == 5
    assert "610-1;Lindenweg 4, Wintergarten;Band 1;Papier;Keller, Regal 4;offen;Archiv;02.03.2026;" in table
    outside = actor_for(factories.user_with(name="nobody"))
    assert listed(outside) == []


def test_who_was_slower_is_told(clerk: Actor, dossier: Dossier) -> None:
    volume = volume_open(clerk, dossier, {}, now=NOW)
    volume_describe(clerk, volume, {"title": "Pläne"})
    with pytest.raises(NotPossible):
        volume_describe(clerk, volume, {"title": "Fotos"}, expected="0" * 32)
    assert fresh(volume).title == "Pläne"
    assert Case.objects.count() + Document.objects.count() == 0
