"""The plan goes out and comes in: what a file would change is told first, and then it is all or nothing."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from lxml import etree

from config.town import SAMPLE_PLAN, plan_setup
from dms.access.actors import Actor, actor_for
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.records.meanwhile import ChangedMeanwhile
from dms.records.plan.changing import entry_change, entry_retire
from dms.records.plan.csv_form import UnreadablePlan
from dms.records.plan.forms import PlanForm, read_plan, write_plan
from dms.records.plan.importing import ImportRefused, plan_compare, plan_import
from dms.records.plan.models import EntryState, FilePlan, PlanEntry
from dms.records.plan.retention import Keeping
from tests import factories
from tests.shared_data import shared_data

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def plan(db: None) -> FilePlan:
    return plan_setup(factories.another_scope("Akten"))


@pytest.fixture
def registry(plan: FilePlan) -> Actor:
    return actor_for(factories.user_with(Role.REGISTRY, name="rita", scope=plan.scope))


def table(*lines: str) -> bytes:
    return "\r\n".join(
        ["Nummer;Übergeordnet;Titel;Stand;Aufbewahrung;Bewertung;Rechtsgrundlage;Sicherheit", *lines]
    ).encode()


def entry(number: str) -> PlanEntry:
    found: PlanEntry = PlanEntry.objects.get(number=number)
    return found


@pytest.mark.parametrize("form", list(PlanForm))
def test_what_went_out_comes_in_unchanged(plan: FilePlan, registry: Actor, form: PlanForm) -> None:
    entry_retire(registry, entry("6112"), reason="")
    entry_change(registry, entry("6111"), {"description": "Auch Löschungen", "title": "=Baulasten; „neu“"})
    rows, problems = read_plan(write_plan(plan, form, at=NOW))
    found = plan_compare(registry, plan, rows)
    assert (problems, found.problems, list(found.added), list(found.changed)) == ([], [], [], [])
    assert found.unchanged == plan.entries.count()


def test_the_same_state_of_the_plan_makes_the_same_file(plan: FilePlan) -> None:
    assert len({write_plan(plan, PlanForm.XDOMEA_4, at=NOW) for _ in range(2)}) == 1


class _ByName(etree.Resolver):
    """4.0.0 names the schemas it needs by web addresses; they lie beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def resolve(self, url: str, _id: str, context: object) -> object:
        beside = self._folder / url.rsplit("/", 1)[-1]
        return self.resolve_filename(str(beside), context) if "://" in url and beside.exists() else None


@pytest.mark.parametrize(
    ("form", "schema"),
    [
        (PlanForm.XDOMEA_3, "3.1.0/xdomea-Nachrichten-AktenplanAustauschen.xsd"),
        (PlanForm.XDOMEA_4, "4.0.0/xdomea-Nachrichten-AussonderungDurchfuehren.xsd"),
    ],
)
def test_what_goes_out_is_valid_by_the_schema_of_its_version(plan: FilePlan, form: PlanForm, schema: str) -> None:
    file = shared_data() / "xdomea" / "xsd" / schema
    parser = etree.XMLParser()
    parser.resolvers.add(_ByName(file.parent))
    judge = etree.XMLSchema(etree.parse(file, parser))
    written = etree.fromstring(write_plan(plan, form, at=NOW))
    judge.assertValid(written)
    units = list(written.iter("{*}Einheit"))
    assert len(units) == plan.entries.count()
    units[0].remove(units[0].find("{*}Stillgelegt"))
    assert not judge.validate(written), "a schema that takes everything judges nothing"


def test_a_foreign_plan_brings_whole_years_and_letters(plan: FilePlan, registry: Actor) -> None:
    written = etree.fromstring(write_plan(plan, PlanForm.XDOMEA_3, at=NOW))
    for element in list(written.iter("{*}AnwendungsspezifischeErweiterung")):
        element.getparent().remove(element)
    rows, _ = read_plan(etree.tostring(written))
    rules = {row.number: row.retention for row in rows}
    assert (rules["0141"].keeping, rules["0141"].length, rules["0141"].unit) == (Keeping.PERIOD, 1, "years")
    assert rules["0143"].keeping is Keeping.AT_ONCE
    assert (rules["6120"].keeping, rules["6120"].appraisal) == (Keeping.PERMANENT, "archive")
    assert {rule.confidence for rule in rules.values()} == {"low"}
    assert plan_compare(registry, plan, rows).problems == []


def test_the_dry_run_tells_all_and_changes_nothing(plan: FilePlan, registry: Actor) -> None:
    rows, _ = read_plan(
        table("6113;611;Abgeschlossenheit", "6111;611;Baulasten und Löschung", "6112;611;Bauvoranfragen;stillgelegt")
    )
    found = plan_compare(registry, plan, rows)
    assert [row.number for row in found.added] == ["6113"]
    assert {one.row.number: [d.field for d in one.differences] for one in found.changed} == {
        "6111": ["title"],
        "6112": ["retired"],
    }
    assert len(found.absent) == plan.entries.count() - 2
    assert not PlanEntry.objects.filter(number="6113").exists()
    plan_import(registry, plan, rows, base=found.base)
    assert (entry("6113").parent, entry("6112").state) == (entry("611"), EntryState.RETIRED)
    with pytest.raises(ChangedMeanwhile):
        plan_import(registry, plan, rows, base=found.base)


def test_what_a_table_has_no_column_for_stays_as_it_is(plan: FilePlan, registry: Actor) -> None:
    before = entry("6110")
    assert before.retention.is_set
    rows, _ = read_plan(b"Nummer;Titel;Rechtsgrundlage\r\n6110;Akten der Bauten;BayBO\r\n6113;Neu;")
    found = plan_import(registry, plan, rows)
    assert [d.field for d in found.changed[0].differences] == ["title", "retention"]
    after = entry("6110")
    assert (after.title, after.parent, after.valid_from) == ("Akten der Bauten", before.parent, before.valid_from)
    assert after.retention == replace(before.retention, legal_basis="BayBO")
    assert (entry("6113").parent, entry("6113").retention.is_set) == (None, False)


def test_a_retired_entry_stays_retired_where_the_table_has_no_column_for_it(plan: FilePlan, registry: Actor) -> None:
    entry_retire(registry, entry("6111"), reason="")
    rows, _ = read_plan(f"Nummer;Titel\r\n6111;{entry('6111').title}".encode())
    assert plan_compare(registry, plan, rows).unchanged == 1


def test_an_empty_column_empties_and_the_loss_of_retention_is_told_apart(plan: FilePlan, registry: Actor) -> None:
    rows, _ = read_plan(table("6110;611;Bauakten"))
    (changed,) = plan_compare(registry, plan, rows).changed
    assert changed.loses_retention
    rows, _ = read_plan(b"Nummer;Titel\r\n6110;Bauakten")
    (changed,) = plan_compare(registry, plan, rows).changed
    assert not changed.loses_retention


def test_a_file_moves_a_branch_with_all_below_it(plan: FilePlan, registry: Actor) -> None:
    rows, _ = read_plan(table("611;71;Bauaufsicht", "61100;6110;Statik", "71;7;Landschaft und Umwelt"))
    plan_import(registry, plan, rows)
    assert entry("61100").ancestors == [entry(number).pk for number in ("7", "71", "611", "6110")]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("6113;999;Abgeschlossenheit", "999 fehlt"),
        ("6113;611;", "braucht einen Titel"),
        (";611;Ohne Nummer", "Kennzeichen"),
        ("6110;611;Bauakten;;10 Monde", "10 Monde"),
        ("6110;611;Bauakten;;10 Jahre;B;;hoch", "Rechtsgrundlage"),
        ("611;6110;Bauaufsicht", "unter sich selbst"),
        ("611;61;Bauaufsicht;stillgelegt", "noch aktive"),
        ("6111;611;Doch wieder", "stillgelegt"),
        ("611100;6111;Darunter", "stillgelegten"),
        ("abc falsch;611;Wörter statt Nummer", "„abc falsch“ ist kein Kennzeichen"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_taken_over(
    plan: FilePlan, registry: Actor, line: str, words: str
) -> None:
    entry_retire(registry, entry("6111"), reason="")
    rows, unreadable = read_plan(table(line, "6114;611;Richtig"))
    problems = [*unreadable, *plan_compare(registry, plan, rows).problems]
    assert [problem.where for problem in problems] == [2]
    assert words in problems[0].sentence
    if not unreadable:
        with pytest.raises(ImportRefused):
            plan_import(registry, plan, rows)
        assert not PlanEntry.objects.filter(number="6114").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"<plan/>",
        b"<a><b></a>",
        b'<x xmlns="urn:xoev-de:xdomea:schema:3.1.0"/>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"Kennzeichen;Name\n1;Eins",
    ],
)
def test_what_is_no_plan_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(UnreadablePlan, match=r"\w+ \w+"):
        read_plan(content)


def test_a_table_saved_by_excel_is_read_too() -> None:
    rows, problems = read_plan('nummer;TITEL\n0110;"Straßen; Wege"\n'.encode("cp1252"))
    assert (problems, [(row.number, row.title) for row in rows]) == ([], [("0110", "Straßen; Wege")])


def test_only_the_registry_takes_a_plan_over(plan: FilePlan) -> None:
    clerk = actor_for(factories.user_with(Role.CLERK, name="carl", scope=plan.scope))
    with pytest.raises(NotAllowed):
        plan_compare(clerk, plan, [])


def test_the_command_shows_first_and_takes_over_when_told(
    plan: FilePlan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.csv"
    file.write_bytes(table("6113;611;Abgeschlossenheit"))
    out = io.StringIO()
    call_command("plan", "import", str(file), stdout=out)
    assert "+ 6113 Abgeschlossenheit" in out.getvalue()
    assert not PlanEntry.objects.filter(number="6113").exists()
    call_command("plan", "import", str(file), "--apply", stdout=out)
    assert entry("6113").title == "Abgeschlossenheit"
    file.write_bytes(table("6114;999;Verwaist"))
    with pytest.raises(CommandError, match="nothing was changed"):
        call_command("plan", "import", str(file), "--apply", stdout=out, stderr=out)


def test_the_sample_plan_is_written_as_the_product_writes_it(plan: FilePlan) -> None:
    ours = write_plan(plan, PlanForm.CSV, at=NOW).decode("utf-8-sig").replace("\r\n", "\n")
    assert ours.splitlines() == SAMPLE_PLAN.read_text(encoding="utf-8").splitlines()


def test_all_that_is_wrong_with_a_line_is_told_at_once_and_nothing_of_those_below_it(
    plan: FilePlan, registry: Actor
) -> None:
    rows, unreadable = read_plan(
        table("6113;611;;10 Monde;sehr", "6114;999;;;10 Jahre;B;;hoch", "61141;6114;Darunter", ";611;;;30 Jahre")
    )
    told = [*unreadable, *plan_compare(registry, plan, rows).problems]
    by_line = {line: [one.sentence for one in told if one.where == line] for line in (2, 3, 4, 5)}
    wanted = {
        2: ["10 Monde", "sehr", "braucht einen Titel"], 3: ["braucht einen Titel", "Rechtsgrundlage", "999 fehlt"],
        4: [],
        5: ["Ein Kennzeichen besteht", "braucht einen Titel", "Bewertung", "Rechtsgrundlage", "wie sicher"],
    }  # fmt: skip
    for line, words in wanted.items():
        assert len(by_line[line]) == len(words), by_line
        assert [one for one in words if not any(one in sentence for sentence in by_line[line])] == []
