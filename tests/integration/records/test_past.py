"""What happened to a dossier as sentences and as files, and how it stood at any past moment."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree

from dms.access.actors import Actor, actor_for, system_setup
from dms.access.models import Scope, User
from dms.access.permissions import Role
from dms.audit.door import audited_values, change
from dms.audit.events import Event
from dms.audit.fold import row_then
from dms.audit.models import EventRow, target_name
from dms.audit.verify import Tally, verify_all
from dms.records.dossiers.cases import case_close, case_open
from dms.records.dossiers.describing import DossierFacts
from dms.records.dossiers.filing import Place, documents_file
from dms.records.dossiers.history import dossier_history
from dms.records.dossiers.history_forms import COLUMNS, HistoryForm, write_dossier_history
from dms.records.dossiers.keeping import (
    dossier_close,
    dossier_describe,
    dossier_open,
    dossier_renumber,
    dossier_use_number,
)
from dms.records.dossiers.models import Case, Dossier
from dms.records.fields.changing import fields_change
from dms.records.fields.definitions import Field, FieldType
from dms.records.fields.filling import Entered
from dms.records.fields.keeping import kind_create
from dms.records.holdings.keeping import VolumeFacts, volume_close, volume_open
from dms.records.holdings.lending import paper_lend, paper_return
from dms.records.models import Loan, Participation, Party, PlanEntry, Volume
from dms.records.parties.keeping import party_correct
from dms.records.parties.taking_part import party_leave
from dms.records.past import document_then, dossier_then
from dms.records.plan.changing import entry_change
from dms.records.plan.inheritance import places_of
from dms.records.protection.marking import sensitive_mark, sensitive_unmark
from dms.records.protection.sensitivity import Protection, SensitiveClass
from frontend.views.dossier_past import _compared
from tests import factories
from tests.shared_data import shared_data

LYING: dict[str, type[Any]] = {"parties": Participation, "volumes": Volume, "loans": Loan}


@pytest.fixture
def scope(db: None) -> Scope:
    files = factories.another_scope("Akten")
    factories.file_plan(scope=files)
    return files


@pytest.fixture
def registry(scope: Scope) -> Actor:
    return actor_for(factories.user_with(Role.REGISTRY, name="rita", scope=scope))


@pytest.fixture
def dossier(registry: Actor) -> Dossier:
    return dossier_open(registry, factories.plan_entry("610"), {"title": "Lindenweg 4"}, now=timezone.now())


def test_the_history_reads_as_sentences(registry: Actor, dossier: Dossier) -> None:
    dossier_describe(registry, dossier, {"title": "Lindenweg 4a"})
    case = case_open(registry, dossier, {"title": "Bauantrag"}, now=timezone.now())
    case_close(registry, case, now=timezone.now(), reason="erledigt")
    assert [(told.who, told.sentence) for told in dossier_history(dossier, system_setup())] == [
        ("rita", "Akte angelegt: 610-1 „Lindenweg 4“"),
        ("rita", "Akte beschrieben: Betreff „Lindenweg 4a“ statt „Lindenweg 4“"),
        ("rita", "Vorgang angelegt: 610-1/1 „Bauantrag“"),
        ("rita", "Vorgang abgeschlossen: 610-1/1 „Bauantrag“, erledigt"),
    ]


def test_the_table_has_a_row_per_field_with_local_time_and_utc(registry: Actor, dossier: Dossier) -> None:
    dossier_describe(registry, dossier, {"title": "=Lindenweg", "description": "eilig"})
    written = write_dossier_history(dossier, HistoryForm.CSV, system_setup()).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(written), delimiter=";"))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["Nummer"], row["Feld"], row["Nachher"]) for row in rows[1:]] == [
        ("2", "Betreff", "„=Lindenweg“"),
        ("2", "Beschreibung", "„eilig“"),
    ]
    at = EventRow.objects.get(chain=dossier.chain, number=1).at
    assert (rows[0]["Zeitpunkt"], rows[0]["Zeitpunkt (UTC)"]) == (
        f"{timezone.localtime(at):%d.%m.%Y %H:%M:%S}",
        at.isoformat(),
    )


def test_the_xdomea_file_is_valid_by_its_schema(registry: Actor, dossier: Dossier) -> None:
    dossier_describe(registry, dossier, {"title": "Lindenweg 4a"})
    dossier_close(registry, dossier, now=timezone.now(), reason="fertig")
    folder = shared_data() / "xdomea" / "xsd" / "3.1.0"
    root = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xdomea="urn:xoev-de:xdomea:schema:3.1.0"
      targetNamespace="urn:xoev-de:xdomea:schema:3.1.0" elementFormDefault="qualified">
      <xs:include schemaLocation="{(folder / "xdomea-Baukasten.xsd").as_uri()}"/>
      <xs:element name="Akte" type="xdomea:AkteType"/></xs:schema>"""
    judge = etree.XMLSchema(etree.fromstring(root))
    written = etree.fromstring(write_dossier_history(dossier, HistoryForm.XDOMEA, system_setup()))
    judge.assertValid(written)
    actions = [entry.findtext("{*}Aktion") for entry in written.iter("{*}HistorienProtokollInformation")]
    assert actions == ["Akte angelegt", "Akte beschrieben", "Akte abgeschlossen (z. d. A.)"]
    next(written.iter("{*}HistorienProtokollInformation")).remove(next(written.iter("{*}Akteur")))
    assert not judge.validate(written), "a schema that takes everything judges nothing"


def at_each_moment(*steps: Any, dossier: Dossier) -> list[tuple[datetime, dict[str, Any], int]]:
    """Runs the steps, and tells after each the moment of its event, the row as it is, and how many cases there are."""
    seen = []
    for step in steps:
        step()
        last = EventRow.objects.filter(chain=dossier.chain).latest("id").at
        seen.append((last, audited_values(Dossier.objects.get(pk=dossier.pk)), Case.objects.count()))
    return seen


def test_a_dossier_is_shown_as_it_stood_at_each_moment(registry: Actor, dossier: Dossier) -> None:
    def open_case() -> None:
        case = case_open(registry, dossier, {"title": "Bauantrag"}, now=timezone.now())
        case_close(registry, case, now=timezone.now())

    seen = at_each_moment(
        lambda: dossier_describe(registry, dossier, {"title": "Lindenweg 4a"}),
        open_case,
        lambda: dossier_describe(registry, dossier, {"medium": "paper", "location": "Keller"}),
        lambda: dossier_close(registry, dossier, now=timezone.now()),
        dossier=dossier,
    )
    for moment, row, cases in seen:
        then = dossier_then(dossier, moment, system_setup())
        assert then is not None
        assert (then.dossier, len(then.cases)) == (row, cases)
    opened = EventRow.objects.get(chain=dossier.chain, number=1).at
    assert dossier_then(dossier, opened - timedelta(microseconds=1), system_setup()) is None


def test_who_took_part_the_volumes_and_what_was_lent_are_shown_as_they_stood_at_each_moment(
    registry: Actor, dossier: Dossier
) -> None:
    party = factories.party("Öztürk", "Emine")
    now, seen = timezone.now, []

    def rows(model: type[Any]) -> dict[str, Any]:
        return {str(one.pk): audited_values(one) for one in model.objects.filter(dossier=dossier)}

    def step(done: Callable[[], Any]) -> None:
        done()
        at = EventRow.objects.latest("id").at
        stands = {name: rows(model) for name, model in LYING.items()}
        seen.append((at, stands, {str(one.party_id): Party.objects.get(pk=one.party_id).name
                                  for one in Participation.objects.filter(dossier=dossier)}))  # fmt: skip

    step(lambda: factories.takes_part(party, dossier))
    step(
        lambda: volume_open(registry, dossier, VolumeFacts(title="Pläne", medium="paper", location="Keller"), now=now())
    )
    step(lambda: paper_lend(registry, dossier, Volume.objects.get(), "Frau Weiß", now=now(), due=None))
    step(lambda: party_correct(registry, party, {"family_name": "Yıldız"}, reason="Heirat"))
    step(lambda: paper_return(registry, Loan.objects.get(), now=now()))
    step(lambda: party_leave(registry, Participation.objects.get()))
    step(lambda: volume_close(registry, Volume.objects.get(), now=now()))
    assert {len(stands["parties"]) for _at, stands, _names in seen} == {0, 1}
    assert {name for _at, _stands, names in seen for name in names.values()} == {"Öztürk, Emine", "Yıldız, Emine"}
    for at, stands, names in seen:
        then = dossier_then(dossier, at, system_setup())
        assert then is not None
        assert {"parties": then.parties, "volumes": then.volumes, "loans": then.loans} == stands
        assert then.names == names


def test_the_page_and_rest_show_a_past_moment_whole(
    registry: Actor, dossier: Dossier, scope: Scope, store: Path
) -> None:
    kind = kind_create(registry, "building", {"label": "Bauakte"})
    fields_change(registry, kind, [Field("site", "Baugrundstück", FieldType.TEXT)], now=timezone.now())
    dossier_describe(registry, dossier, DossierFacts(kind=kind, fields=Entered({"site": "Lindenweg 4"})))
    factories.takes_part(factories.party("Öztürk", "Emine"), dossier)
    factories.loan(dossier)
    factories.user_with(Role.REGISTRY, name="rita")
    letter = factories.document(title="Widerspruch", letter_date=date(2026, 2, 27))
    documents_file(registry, [letter], Place(dossier), now=timezone.now())
    moment = timezone.now()
    dossier_describe(registry, dossier, DossierFacts(fields=Entered({"site": "Ahornweg"})))
    user = User.objects.get(username="rita")
    browser = Client()
    browser.force_login(user)
    page = browser.get(f"/dossiers/{dossier.pk}/past/?at={timezone.localtime(moment):%Y-%m-%dT%H:%M}").content.decode()
    for words in ("Öztürk, Emine", "Band 1", "Keller", "Band 1: ausgeliehen an Frau Weiß", "27.02.2026"):
        assert words in page
    at = moment.isoformat().replace("+", "%2B")
    told = factories.program_of(user).get(f"/api/v1/dossiers/{dossier.pk}/past/?at={at}").json()
    assert told["field_texts"] == {"Baugrundstück": "Lindenweg 4"}
    assert list(told["names"].values()) == ["Öztürk, Emine"]
    assert [len(told[name]) for name in ("parties", "volumes", "loans", "documents")] == [1, 1, 1, 1]


def test_auditor_10_a_clock_set_back_an_hour_leaves_the_order_of_events_as_it_was_and_they_tell_utc(
    registry: Actor, dossier: Dossier
) -> None:
    now = timezone.now()
    for hours, title in ((0, "vorher"), (-1, "zurückgestellt"), (-1, "danach")):
        with change(
            registry, Event.DOSSIER_DESCRIBED, dossier, chain=dossier.chain, at=now + timedelta(hours=hours)
        ) as opened:
            opened.target.title = title
            opened.save(opened.target)
    rows = list(EventRow.objects.filter(chain=dossier.chain).order_by("number"))[-3:]
    told = [json.loads(row.body) for row in rows]
    assert [body["rows"][0]["after"]["title"] for body in told] == ["vorher", "zurückgestellt", "danach"]
    assert [one.number for one in rows] == sorted(one.number for one in rows)
    assert all(body["at"].endswith("+00:00") for body in told)
    then = dossier_then(dossier, now, system_setup())
    assert then is not None
    assert then.dossier["title"] == Dossier.objects.get(pk=dossier.pk).title == "danach"
    assert list(verify_all(Tally())) == []


def test_auditor_12_under_another_class_the_old_one_stays_in_the_history(registry: Actor, dossier: Dossier) -> None:
    """And the rule that holds is that of the new class. What is left of 12: the due date that is worked out of rule and
    trigger comes with retention, and with it that it is worked out anew here."""
    before, moment = dossier.plan_entry_id, timezone.now()
    dossier_renumber(registry, dossier, factories.plan_entry("611"), now=timezone.now(), reason="falsch zugeordnet")
    then = dossier_then(dossier, moment, system_setup())
    assert then is not None
    assert then.dossier["plan_entry_id"] == str(before) != str(Dossier.objects.get(pk=dossier.pk).plan_entry_id)
    told = dossier_history(dossier, registry)[-1]
    assert "Aktenzeichen „611-1“ statt „610-1“" in told.sentence
    assert "falsch zugeordnet" in told.sentence
    fresh = Dossier.objects.get(pk=dossier.pk).plan_entry
    was = factories.plan_entry("610")
    rules = places_of(system_setup(), [was, fresh])
    assert (rules[was.pk].rule.length, rules[fresh.pk].rule.is_set) == (10, False)


def test_auditor_12_another_rule_of_the_class_holds_at_once_and_the_old_one_stays_in_the_history(
    registry: Actor, dossier: Dossier
) -> None:
    """Of dossiers that lie there already too. What is left of 12: due dates, and whether a new rule applies to running
    periods (13), come with retention."""
    entry, moment = dossier.plan_entry, timezone.now()
    longer = replace(entry.retention, length=30, legal_basis="KAG, neu")
    entry_change(registry, entry, {"retention": longer})
    stands = PlanEntry.objects.get(pk=entry.pk)
    assert places_of(system_setup(), [stands])[stands.pk].rule == longer
    own = target_name(entry)
    then, now = (row_then(own, [entry.chain], at) for at in (moment, timezone.now()))
    assert then is not None
    assert now == audited_values(stands)
    assert [(one["keeping_length"], one["legal_basis"]) for one in (then, now or {})] == [(10, "KAG"), (30, "KAG, neu")]
    [told] = [json.loads(row.body) for row in EventRow.objects.filter(target=own, name=Event.PLAN_ENTRY_CHANGED)]
    assert told["rows"][0]["before"] == {"keeping_length": 10, "legal_basis": "KAG"}
    assert list(verify_all(Tally())) == []


def test_auditor_10_a_clock_that_ran_ahead_does_not_hide_what_happened(registry: Actor, dossier: Dossier) -> None:
    now = timezone.now()
    dossier_use_number(registry, dossier, now=now + timedelta(days=400))
    dossier_close(registry, dossier, now=now)
    then = dossier_then(dossier, now, system_setup())
    assert then is not None
    assert (then.dossier["state"], bool(then.dossier["used_outside_at"])) == ("closed", True)


def test_a_document_that_moved_on_lay_where_it_lay(
    registry: Actor, dossier: Dossier, scope: Scope, store: Path
) -> None:
    other = dossier_open(registry, factories.plan_entry("610"), {"title": "Ahornweg 2"}, now=timezone.now())
    factories.user_with(Role.REGISTRY, name="rita")
    letter = factories.document(title="Widerspruch")
    before, moments = timezone.now(), []
    for place in (dossier, other):
        documents_file(registry, [letter], Place(place), now=timezone.now())
        moments.append(timezone.now())
        letter.refresh_from_db()
    lay = [
        [len(then.documents) for one in (dossier, other) if (then := dossier_then(one, at, system_setup()))]
        for at in moments
    ]
    assert lay == [[1, 0], [0, 1]]
    told = [document_then(letter, at) for at in (before, *moments)]
    assert [one and one["dossier_id"] for one in told] == [None, str(dossier.pk), str(other.pk)]


def test_the_special_protection_of_then_is_told_whether_its_own_or_of_an_entry_above(
    registry: Actor, scope: Scope
) -> None:
    top, dossier = factories.plan_entry("6"), factories.dossier()
    moments = [datetime.now(UTC)]
    sensitive_mark(registry, top, SensitiveClass.SOCIAL, asks_purpose=True, reason="Jugendamt")
    moments.append(datetime.now(UTC))
    sensitive_mark(registry, dossier, SensitiveClass.HEALTH, asks_purpose=False, reason="Gutachten")
    moments.append(datetime.now(UTC))
    sensitive_unmark(registry, PlanEntry.objects.get(pk=top.pk), reason="geklärt")
    sensitive_unmark(registry, Dossier.objects.get(pk=dossier.pk), reason="geklärt")
    moments.append(datetime.now(UTC))
    told = [dossier_then(dossier, at, system_setup()) for at in moments]
    assert [one and one.protection for one in told] == [
        None, Protection(SensitiveClass.SOCIAL, True), Protection(SensitiveClass.HEALTH, True), None,
    ]  # fmt: skip
    assert told[2] is not None
    row = next(
        one for one in _compared(told[2], Dossier.objects.get(pk=dossier.pk)) if one.label == "Besonderer Schutz"
    )
    assert (row.then, row.today) == ("Gesundheit (Art. 9 DSGVO); nach dem Zweck wird gefragt", "keiner")
