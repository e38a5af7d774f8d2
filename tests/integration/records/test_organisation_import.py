"""The organisation goes out and comes in as a table: what it would change is told first, then it is all or nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from dms.access.actors import Actor, actor_for, operator, system_setup
from dms.access.models import Body, BodyState, Grant, Membership, Scope, User
from dms.access.permissions import Role
from dms.accounts.body_history import body_history
from dms.accounts.body_tree import line_above
from dms.accounts.takeover.current import organisation_rows
from dms.accounts.takeover.importing import ImportRefused, organisation_compare, organisation_import
from dms.accounts.takeover.sheet import read_sheet, write_sheet
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.models import EventRow
from dms.audit.verify import Tally, verify_all
from dms.records.models import Dossier
from dms.records.protection.grants import grant_give
from dms.records.protection.rights import scope_restrict
from dms.records.tables import UnreadableTable
from tests import factories

ROOT = operator("root")
TODAY = timezone.localdate()
TOWN = """\
Art;Name;Übergeordnet;Ort;Einheit;Rolle;Von;Bis;Vertretung;Stand;Grund
Dienstposten;Leitung Bauamt;Bauamt;;;;;;;;
Organisationseinheit;Bauamt;Stadt Lindenau;;;;;;;aktiv;
Organisationseinheit;Stadt Lindenau;;Akten;;;;;;aktiv;
Gruppe;Personalrat;;Akten;;;;;;;
Person;frida;;;;;;;;aktiv;
Person;gerd;;;;;;;;aktiv;
Dienstkonto;scanner-ewo;;;;;;;;aktiv;
Zugehörigkeit;frida;;;Leitung Bauamt;;01.02.2020;;;;Stellenplan 2026
Zugehörigkeit;gerd;;;Leitung Bauamt;;;31.12.2099;ja;;
Zugehörigkeit;gerd;;;Personalrat;;;;;;
Recht;;;Akten;Bauamt;Sachbearbeitung;01.01.2021;;;;Geschäftsverteilung
Recht;;;610;Leitung Bauamt;rights;;;;;Baurecht
Recht;frida;;Posteingang;;Scanstelle;;31.12.2099;;;
"""


def take(text: str, actor: Actor = ROOT, *, apply: bool = True) -> list[tuple[str, str, str]]:
    rows, problems = read_sheet(text.encode())
    assert problems == []
    service = organisation_import if apply else organisation_compare
    return [(one.sign, one.row.kind, one.row.label) for one in service(actor, rows, reason="Probe").taken]


def refused(text: str, actor: Actor = ROOT) -> dict[str, str]:
    """By line. Nothing has happened."""
    rows, problems = read_sheet(text.encode())
    before = EventRow.objects.count()
    with pytest.raises(ImportRefused) as refusal:
        organisation_import(actor, rows, reason="Probe")
    assert EventRow.objects.count() == before
    return {one.where: one.sentence for one in [*problems, *refusal.value.problems]}


@pytest.fixture
def lindenau(files: Scope) -> Scope:
    factories.town()
    take(TOWN)
    return files


def test_a_whole_town_comes_in_through_the_door_and_a_second_time_changes_nothing(files: Scope) -> None:
    factories.town()
    dry = take(TOWN, apply=False)
    assert len(dry) == 13
    assert not Body.objects.exists()
    assert take(TOWN) == dry
    post = Body.objects.get(name="Leitung Bauamt")
    assert str(post.parent) == "Bauamt"
    assert str(post.parent.parent) == "Stadt Lindenau"  # type: ignore[union-attr]
    assert User.objects.get(username="scanner-ewo").is_service
    assert not User.objects.get(username="frida").has_usable_password()
    assert Membership.objects.get(user__username="gerd", body=post).is_deputy
    grants = Grant.objects.filter(given_by=ROOT.key).values_list("role", "scope__name", "valid_from", "reason")
    assert set(grants) == {
        ("clerk", "Akten", TODAY, "Geschäftsverteilung"),  # no right is given for the past
        ("rights", "610 Bauakten", TODAY, "Baurecht"),
        ("scanning", "Posteingang", TODAY, "Probe"),
    }
    assert [one.reason for one in body_history(post)] == ["Probe", "Stellenplan 2026", "Probe"]
    events = EventRow.objects.count()
    assert take(TOWN) == []
    assert EventRow.objects.count() == events
    assert list(verify_all(Tally())) == []


def test_what_went_out_comes_in_unchanged_and_makes_the_same_town_elsewhere(lindenau: Scope) -> None:
    take(TOWN.replace("Person;gerd;;;;;;;;aktiv;", "Person;gerd;;;;;;;;gesperrt;"))
    sheet = write_sheet(organisation_rows(ROOT))
    assert sheet.startswith("\N{BYTE ORDER MARK}Art;Name;")
    assert take(sheet) == []
    with change(system_setup(), Event.GRANT_WITHDRAWN, chain="town") as opened:  # another town, as it were
        deepest_first = sorted(Body.objects.all(), key=lambda one: -len(line_above(one)))
        for row in [*Membership.objects.all(), *Grant.objects.all(), *deepest_first]:
            opened.delete(row)
        for user in User.objects.all():
            opened.delete(user)
    assert len(take(sheet)) == 14  # gerd comes, and is disabled
    assert write_sheet(organisation_rows(ROOT)) == sheet


def test_english_headings_and_words_and_other_columns_are_read(files: Scope) -> None:
    take("Kind,Name,Phone,Parent\nunit,Bauamt,123,\nposition,Leitung,,Bauamt\n")
    assert str(Body.objects.get(name="Leitung").parent) == "Bauamt"


def test_what_a_sheet_has_no_column_for_stays_as_it_is(lindenau: Scope) -> None:
    assert take("Art;Name;Einheit\nOrganisationseinheit;Bauamt;\nZugehörigkeit;gerd;Leitung Bauamt\n") == []


def test_things_move_end_and_begin_again(lindenau: Scope) -> None:
    head = "Art;Name;Übergeordnet;Ort;Einheit;Rolle;Bis;Stand\n"
    ends = (
        "Organisationseinheit;Hochbau;Stadt Lindenau;;;;;\nDienstposten;Leitung Bauamt;Hochbau;;;;;stillgelegt\n"
        "Zugehörigkeit;frida;;;Leitung Bauamt;;;beendet\nZugehörigkeit;gerd;;;Leitung Bauamt;;;beendet\n"
        f"Zugehörigkeit;gerd;;;Personalrat;;{TODAY + timedelta(days=9):%d.%m.%Y};\n"
        "Recht;frida;;Posteingang;;scanning;;beendet\nDienstkonto;scanner-ewo;;;;;;gesperrt\n"
    )
    take(head + ends)
    post = Body.objects.get(name="Leitung Bauamt")
    assert (str(post.parent), post.state) == ("Hochbau", BodyState.RETIRED)
    assert Membership.objects.get().valid_to == TODAY + timedelta(days=9)
    assert not Grant.objects.filter(user__username="frida").exists()
    assert not User.objects.get(username="scanner-ewo").is_active
    assert take(head + ends) == []
    again = head + "Dienstposten;Leitung Bauamt;Bauamt;;;;;aktiv\nDienstkonto;scanner-ewo;;;;;;aktiv\n"
    assert len(take(again)) == 2
    assert take(again) == []


def test_a_unit_with_all_below_it_is_retired_in_whatever_order_the_lines_stand(lindenau: Scope) -> None:
    take(
        "Art;Name;Einheit;Stand\nZugehörigkeit;frida;Leitung Bauamt;beendet\n"
        "Zugehörigkeit;gerd;Leitung Bauamt;beendet\n"
    )
    lines = ["Organisationseinheit;Stadt Lindenau;stillgelegt", "Dienstposten;Leitung Bauamt;stillgelegt"]
    take("\n".join(["Art;Name;Stand", *lines, "Organisationseinheit;Bauamt;stillgelegt"]))
    assert set(Body.objects.exclude(name="Personalrat").values_list("state", flat=True)) == {BodyState.RETIRED}


def test_each_line_that_is_wrong_is_named_with_the_reason_and_nothing_is_done(lindenau: Scope) -> None:
    told = refused(
        "Art;Name;Übergeordnet;Ort;Einheit;Rolle;Von;Bis;Vertretung;Stand\n"
        "Organisationseinheit;Tiefbau;Straßenamt;;;;;;;\n"
        "Gruppe;Bauamt;;;;;;;;\n"
        "Person;otto;;;;;;;;\n"
        "Person;otto;;;;;;;;gesperrt\n"
        "Person;scanner-ewo;;;;;;;;\n"
        "Person;ein Name;;;;;;;;\n"
        "Zugehörigkeit;niemand;;;Bauamt;;;;;\n"
        "Zugehörigkeit;frida;;;Bauamt;;;31.12.2099;ja;\n"
        "Recht;frida;;9999;;clerk;;;;\n"
        "Recht;frida;;;;clerk;;;;\n"
        "Recht;frida;;Akten;;Bürgermeister;;;;\n"
        "Raum;Saal;;;;;;;;\n"
        "Organisationseinheit;Ring 1;Ring 2;;;;;;;\n"
        "Organisationseinheit;Ring 2;Ring 1;;;;;;;\n"
        "Zugehörigkeit;gerd;;;Personalrat;;01.01.2098;;;\n"
        "Zugehörigkeit;gerd;;;Personalrat;;31.02.2026;;;\n"
    )
    words = {
        "2": "„Straßenamt“ gibt es nicht", "3": "schon etwas anderes: Organisationseinheit", "5": "schon Zeile 4",
        "6": "von anderer Art", "7": "gültigen Benutzernamen", "8": "Ein Konto „niemand“ gibt es nicht",
        "9": "Vertreten wird, wer", "10": "keinen Aktenplaneintrag", "11": "In der Spalte „Ort“ fehlt etwas",
        "12": "„Bürgermeister“, das ist dort nicht vorgesehen. Vorgesehen sind: Scanstelle,",
        "13": "„Raum“, das ist dort nicht vorgesehen. Vorgesehen sind: Organisationseinheit, Gruppe,",
        "14": "„Ring 2“ gibt es nicht", "15": "„Ring 1“ gibt es nicht", "16": "Erster Tag und Vertretung stehen fest",
        "17": "„31.02.2026“, das ist dort nicht vorgesehen. Bitte einen Tag wie 31.12.2026 eintragen.",
    }  # fmt: skip
    assert told.keys() == words.keys()
    assert {line: sentence for line, sentence in told.items() if words[line] not in sentence} == {}


def test_the_last_one_who_gives_rights_in_a_restricted_place_stays_until_a_successor_stands_in_the_file(
    lindenau: Scope, giver: Actor, berta: User
) -> None:
    dossier = factories.dossier("Personalakte")
    grant_give(giver, dossier, berta, Role.RIGHTS, reason="Personalsache")
    scope_restrict(giver, Dossier.objects.get(pk=dossier.pk), reason="Personalsache")
    assert "Personalakte" in refused("Art;Name;Stand\nPerson;berta;gesperrt\n")["2"]
    group = Body.objects.get(name="Personalrat")
    grant_give(ROOT, Dossier.objects.get(pk=dossier.pk), group, Role.RIGHTS, reason="Personalsache")
    take(
        "Art;Name;Einheit;Stand\nPerson;berta;;gesperrt\nZugehörigkeit;gerd;Personalrat;beendet\n"
        "Zugehörigkeit;frida;Personalrat;\n"
    )
    assert not User.objects.get(username="berta").is_active


def test_who_gives_rights_takes_over_what_they_may_do_by_hand_and_no_more(lindenau: Scope, giver: Actor) -> None:
    told = refused(
        "Art;Name;Ort;Einheit;Rolle\nPerson;otto;;;\nZugehörigkeit;renate;;Bauamt;\nRecht;frida;Posteingang;;clerk\n"
        "Recht;frida;Akten;;secrecy\n",
        giver,
    )
    assert told == {
        "2": "Dazu fehlt hier das Recht.",
        "3": "Sich selbst nimmt niemand in eine Einheit, eine Gruppe oder auf einen Dienstposten auf.",
        "4": "Dazu fehlt hier das Recht.",
        "5": "Diese Rolle gilt für die ganze Stadt; die IT vergibt sie.",
    }
    assert len(take("Art;Name;Übergeordnet\nOrganisationseinheit;Tiefbau;Stadt Lindenau\n", giver)) == 1
    anna = actor_for(factories.user_with(name="anna"))
    assert organisation_rows(anna) != []  # oneself
    assert {row.name for row in organisation_rows(anna)} == {"anna"}


def test_the_command_shows_first_and_takes_several_files_as_one(
    files: Scope, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    factories.town()
    units, people = tmp_path / "einheiten.csv", tmp_path / "personen.csv"
    units.write_text("Art;Name;Übergeordnet\nOrganisationseinheit;Bauamt;\n", "cp1252")
    people.write_text("Art;Name;Einheit\nZugehörigkeit;frida;Bauamt\nPerson;frida;\n", "utf-8")
    call_command("organisation", "import", str(people), str(units))
    out = capsys.readouterr().out
    assert "+ unit Bauamt\n+ person frida\n+ membership frida · Bauamt\n3 begun (+)" in out
    assert "Nothing was changed." in out
    assert not Body.objects.exists()
    call_command("organisation", "import", str(people), str(units), "--apply")
    assert "Taken over." in capsys.readouterr().out
    assert Membership.objects.get().body.name == "Bauamt"
    call_command("organisation", "import", str(people), str(units))
    assert "0 begun (+), 0 changed or ended (-), 3 as they are" in capsys.readouterr().out
    people.write_text("Art;Name;Einheit\nZugehörigkeit;otto;Bauamt\n\nUfo;x;\n", "utf-8")
    with pytest.raises(CommandError, match=r"2 problem\(s\): nothing was changed"):
        call_command("organisation", "import", str(people), "--apply")
    assert "personen.csv:2, otto · Bauamt: " in capsys.readouterr().err
    call_command("organisation", "export")
    assert "Zugehörigkeit;frida;;;Bauamt;" in capsys.readouterr().out


def test_a_table_without_the_columns_is_none() -> None:
    with pytest.raises(UnreadableTable, match="fehlt die Spalte „Art“"):
        read_sheet(b"Vorname;Nachname\nAnna;Amt\n")


def test_all_that_is_wrong_with_a_line_is_told_at_once() -> None:
    lines = [TOWN.splitlines()[0], "Recht;;;;Bauamt;Kaiser;gestern;31.02.2026;vielleicht;tot;", "Chef;;;;;;;;;;"]
    _rows, problems = read_sheet("\n".join(lines).encode())
    told = [one.sentence for one in problems if one.where == "2"]
    wrong = ("„Kaiser“", "„gestern“", "„31.02.2026“", "„vielleicht“", "„tot“", "„Ort“ fehlt")
    assert (len(told), [word for word in wrong if word not in " ".join(told)]) == (len(wrong), [])
    assert ["„Chef“" in one.sentence for one in problems if one.where == "3"] == [True]
