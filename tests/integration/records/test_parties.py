"""People and organisations stand once in the register: entered, found by likeness, corrected, merged and told apart."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from dms.access.actors import Actor, actor_for, system_setup
from dms.access.models import Scope
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.audit.models import EventRow
from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.closing import DossierClosed
from dms.records.dossiers.history import dossier_history
from dms.records.dossiers.keeping import dossier_close
from dms.records.dossiers.models import Dossier
from dms.records.meanwhile import ChangedMeanwhile, state_digest
from dms.records.parties.describing import AddressFacts
from dms.records.parties.history import party_history
from dms.records.parties.keeping import PartyMerged, party_correct, party_enter
from dms.records.parties.letters import letter_lines
from dms.records.parties.merging import NotToBeMerged, party_merge, party_part, same_names
from dms.records.parties.models import Participation, Party, PartyAddress, PartyRole
from dms.records.parties.roles import role_create, roles_setup
from dms.records.parties.similar import Sought, likely_same, parties_of_sender
from dms.records.parties.taking_part import TakesPartAlready, files_of, party_leave, party_take_part
from dms.records.parties.telling import TellingForm, party_tell
from dms.records.protection.rights import scope_begin, scope_restrict
from tests import factories
from tests.proving import proven

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LINDENWEG = AddressFacts(kind="home", street="Lindenweg 4", postcode="45721", city="Haltern am See")


@pytest.fixture
def files(files: Scope) -> Scope:
    roles_setup(system_setup())
    return files


@pytest.fixture
def clerk(files: Scope) -> Actor:
    return actor_for(factories.user_with(Role.CLERK, name="carl", scope=files))


@pytest.fixture
def registry(files: Scope) -> Actor:
    return actor_for(factories.user_with(Role.REGISTRY, name="rita", scope=files))


def fresh(party: Party) -> Party:
    found: Party = Party.objects.get(pk=party.pk)
    return found


def seen(actor: Actor) -> set[str]:
    return {party.family_name for party in Party.objects.visible_to(actor)}


def applicant() -> PartyRole:
    found: PartyRole = PartyRole.objects.get(pk="applicant")
    return found


def test_a_person_is_entered_with_an_address_and_told_of(clerk: Actor, dossier: Dossier) -> None:
    facts: Any = {"family_name": " Öztürk ", "given_names": "Emine", "academic_title": "Dr.", "addresses": [LINDENWEG]}
    made = party_enter(clerk, facts, now=NOW, home=dossier)
    assert (made.name, made.scope_id) == ("Öztürk, Dr. Emine", dossier.scope_id)
    address = made.addresses.get()
    assert letter_lines(made, address) == ["Dr. Emine Öztürk", "Lindenweg 4", "45721 Haltern am See"]
    assert EventRow.objects.get(chain=made.chain).name == "party:entered"
    assert proven()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"family_name": " "}, "family_name"),
        ({"kind": "organisation", "organisation": ""}, "organisation"),
        ({"kind": "organisation", "organisation": "Bäckerei", "birth_date": date(2000, 1, 1)}, "kind"),
        ({"family_name": "A", "organisation": "B"}, "organisation"),
        ({"kind": "animal", "family_name": "A"}, "kind"),
        ({"family_name": "A", "birth_date": date(1799, 1, 1)}, "birth_date"),
        ({"family_name": "A", "addresses": [{**LINDENWEG, "city": ""}]}, "addresses"),
        ({"family_name": "A", "addresses": [{**LINDENWEG, "postcode": "4572"}]}, "addresses"),
        ({"family_name": "A", "addresses": [{"kind": "mail", "value": "a@"}]}, "addresses"),
        ({"family_name": "A", "addresses": [{"kind": "phone", "value": "anrufen"}]}, "addresses"),
        ({"family_name": "A", "addresses": [{"kind": "phone", "value": "112", "city": "X"}]}, "addresses"),
        ({"family_name": "A", "addresses": [{"kind": "tent", "city": "X"}]}, "addresses"),
        (
            {"family_name": "A", "addresses": [{**LINDENWEG, "valid_from": NOW.date(), "valid_to": date(2020, 1, 1)}]},
            "addresses",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(clerk: Actor, facts: Any, field: str) -> None:
    with pytest.raises(InvalidFact) as refused:
        party_enter(clerk, facts, now=NOW)
    assert refused.value.field == field
    assert not Party.objects.exists()


def test_a_correction_keeps_what_stood_there_in_the_history(clerk: Actor, dossier: Dossier) -> None:
    made = factories.party("Meier", home=dossier, addresses=[LINDENWEG])
    moved: Any = {"family_name": "Mayer", "addresses": [{**LINDENWEG, "street": "Ahornweg 2"}]}
    party_correct(clerk, made, moved, reason="Umzug", expected=state_digest(made))
    told = party_history(made)[-1].sentence
    assert "Nachname „Mayer“ statt „Meier“" in told
    assert "„Ahornweg 2“ statt (leer)" in told
    assert "(leer) statt „Lindenweg 4“" in told
    assert told.endswith("Umzug")
    assert (fresh(made).name_key, proven()) == ("emine mayer", True)


def test_an_address_that_stays_is_changed_in_place(clerk: Actor, dossier: Dossier) -> None:
    made = factories.party(home=dossier, addresses=[LINDENWEG])
    known = made.addresses.get()
    party_correct(clerk, made, {"addresses": [{**LINDENWEG, "id": known.pk, "addition": "c/o Meier"}]})
    assert made.addresses.get().pk == known.pk
    with pytest.raises(InvalidFact):
        party_correct(clerk, made, {"addresses": [{**LINDENWEG, "id": factories.unknown_id()}]})


def test_who_is_slower_is_told_instead_of_overwriting(clerk: Actor, dossier: Dossier) -> None:
    made = factories.party(home=dossier)
    before = state_digest(made)
    party_correct(clerk, made, {"family_name": "Schneller"})
    with pytest.raises(ChangedMeanwhile):
        party_correct(clerk, made, {"family_name": "Langsamer"}, expected=before)


def likely(actor: Actor, name: str, **known: Any) -> list[str]:
    return [one.party.name for one in likely_same(actor, Sought(name, **known))]


def test_likely_the_same_are_shown_before_somebody_is_entered_twice(clerk: Actor, dossier: Dossier) -> None:
    factories.party("Müller", "Erika", home=dossier, birth_date=date(1970, 5, 1))
    factories.party("Schmidt", "Erika", home=dossier)
    factories.party("Meyer", "Jonas", home=dossier, addresses=[LINDENWEG])
    assert likely(clerk, "Mueller, Erika") == ["Müller, Erika"]
    assert likely(clerk, "Erika Schmitt") == ["Schmidt, Erika"]
    assert likely(clerk, "Frau Müller") == ["Müller, Erika"]
    assert likely(clerk, "Erika Müller", birth_date=date(1999, 1, 1)) == []
    assert likely(clerk, "E. Mueller-Otto", birth_date=date(1970, 5, 1)) == ["Müller, Erika"]
    assert likely(clerk, "Hannah Mayr", postcodes=frozenset({"45721"})) == ["Meyer, Jonas"]
    assert likely(clerk, "Hannah Mayr") == []
    assert likely(clerk, "") == []


def test_the_sender_of_a_letter_leads_to_a_known_party(clerk: Actor, dossier: Dossier) -> None:
    emine = factories.party(home=dossier)
    factories.party("Öztürk", "Ali", home=dossier)
    works = factories.party("", "", kind="organisation", organisation="Stadtwerke Haltern GmbH", home=dossier)
    assert parties_of_sender(clerk, "Emine Oeztürk, Lindenweg 4") == [emine]
    assert parties_of_sender(clerk, "Stadtwerke Haltern, Abt. Netze") == [works]
    assert parties_of_sender(clerk, "Lindenweg 4") == []


def test_a_party_is_seen_where_it_takes_part_and_by_those_who_keep_it(files: Scope, dossier: Dossier) -> None:
    party = factories.party("Geheim", home=dossier)
    scope_begin(system_setup(), dossier, reason="Personal")
    dossier.refresh_from_db()
    factories.user_with(Role.RIGHTS, Role.CLERK, name="keeper", scope=dossier.scope)
    scope_restrict(system_setup(), dossier, reason="Personal")
    factories.party("Offen")
    other = actor_for(factories.user_with(Role.CLERK, Role.REGISTRY, name="carl", scope=files))
    assert seen(other) == {"Offen"}
    assert likely(other, "Emine Geheim") == []
    open_dossier = factories.dossier("Ahornweg")
    factories.takes_part(party, open_dossier)
    assert seen(actor_for(factories.user_with(name="carl"))) == {"Offen", "Geheim"}
    reader = actor_for(factories.user_with(Role.ARCHIVIST, name="reader", scope=files))
    assert seen(reader) == {"Geheim"}
    with pytest.raises(NotAllowed):
        party_correct(other, party, {"family_name": "Bekannt"})
    assert proven()


def test_a_party_takes_part_once_in_a_role_and_the_dossier_tells(clerk: Actor, dossier: Dossier) -> None:
    party, case = factories.party(home=dossier), factories.case(dossier)
    row = party_take_part(clerk, party, applicant(), dossier, case, now=NOW)
    with pytest.raises(TakesPartAlready):
        party_take_part(clerk, party, applicant(), dossier, case, now=NOW)
    party_take_part(clerk, party, applicant(), dossier, now=NOW)
    party_leave(clerk, row, reason="verwechselt")
    told = [one.sentence for one in dossier_history(dossier, clerk)][-3:]
    assert told[0] == "Beteiligte aufgenommen: „Öztürk, Emine“ (Antragsteller/in) 610-1/1"
    assert told[2] == "Beteiligung beendet: „Öztürk, Emine“ (Antragsteller/in) 610-1/1, verwechselt"
    assert [one.case for one in files_of(clerk, party)] == [None]
    assert proven()


def test_in_a_closed_dossier_the_registry_alone_says_who_takes_part(
    clerk: Actor, registry: Actor, dossier: Dossier
) -> None:
    party = factories.party(home=dossier)
    dossier_close(clerk, dossier, now=NOW)
    with pytest.raises(DossierClosed):
        party_take_part(clerk, party, applicant(), dossier, now=NOW)
    assert party_take_part(registry, party, applicant(), dossier, now=NOW).party == party


def test_two_entries_that_mean_the_same_are_merged_and_lose_nothing(
    clerk: Actor, registry: Actor, dossier: Dossier
) -> None:
    kept, twice = factories.party("Meier", home=dossier), factories.party("Maier", home=dossier, addresses=[LINDENWEG])
    factories.takes_part(twice, dossier)
    with pytest.raises(NotAllowed):
        party_merge(clerk, twice, kept)
    party_merge(registry, twice, kept, reason="dieselbe Frau")
    assert [row.stands for row in Participation.objects.select_related("party__standing")] == [kept]
    assert [row.dossier for row in files_of(clerk, kept)] == [dossier]
    assert [one.name for one in Party.objects.visible_to(clerk).standing_alone()] == ["Meier, Emine"]
    assert list(Party.objects.visible_to(clerk).standing_alone().matching("maier emine")) == [kept]
    assert PartyAddress.objects.filter(party=twice).exists()
    assert "„Maier, Emine“ → „Meier, Emine“, dieselbe Frau" in party_history(kept)[-1].sentence
    with pytest.raises(PartyMerged):
        party_correct(registry, fresh(twice), {"family_name": "Anders"})
    with pytest.raises(TakesPartAlready):
        party_take_part(clerk, kept, applicant(), dossier, now=NOW)
    assert proven()


def test_a_merger_is_taken_apart_with_all_that_came_before_it(registry: Actor, dossier: Dossier) -> None:
    first, second, third = (factories.party(name, home=dossier) for name in ("Eins", "Zwei", "Drei"))
    party_merge(registry, first, second)
    party_merge(registry, second, third)
    assert {fresh(one).standing_id for one in (first, second)} == {third.pk}
    party_part(registry, fresh(second))
    assert (fresh(first).standing_id, fresh(second).standing_id) == (second.pk, None)
    party_part(registry, fresh(first))
    assert not Party.objects.filter(standing__isnull=False).exists()
    assert proven()


def test_only_what_stands_alone_and_is_of_one_kind_is_merged(registry: Actor, dossier: Dossier) -> None:
    one, other = factories.party("Eins", home=dossier), factories.party("Zwei", home=dossier)
    works = factories.party("", "", kind="organisation", organisation="Eins", home=dossier)
    for gone, kept in ((one, one), (one, works)):
        with pytest.raises(NotToBeMerged):
            party_merge(registry, gone, kept)
    with pytest.raises(NotToBeMerged):
        party_part(registry, one)
    party_merge(registry, one, other)
    with pytest.raises(NotToBeMerged):
        party_merge(registry, one, other)


def test_entries_of_one_name_are_offered_to_those_who_may_merge(clerk: Actor, registry: Actor, files: Scope) -> None:
    factories.party("Müller", "Erika")
    factories.party("Mueller", "Erika")
    factories.party("Müller", "Otto")
    assert [[one.name for one in group] for group in same_names(registry)] == [["Müller, Erika", "Mueller, Erika"]]
    assert same_names(clerk) == []


def test_a_person_is_told_all_that_is_kept_about_them(registry: Actor, clerk: Actor, dossier: Dossier) -> None:
    party = factories.party(home=dossier, birth_date=date(1970, 5, 1), addresses=[LINDENWEG])
    factories.takes_part(party, dossier)
    told = json.loads(party_tell(registry, party, TellingForm.JSON, now=NOW))
    assert told["entries"][0]["addresses"][0]["city"] == "Haltern am See"
    assert [one["reference_number"] for one in told["files"]] == ["610-1"]
    table = party_tell(registry, party, TellingForm.CSV, now=NOW).decode("utf-8-sig")
    assert "Angaben;1;Geburtsdatum;01.05.1970" in table
    assert [one.name for one in party_history(party)][-2:] == ["party:told", "party:told"]
    with pytest.raises(NotAllowed):
        party_tell(clerk, party, TellingForm.JSON, now=NOW)


def test_the_town_adds_roles_of_its_own(registry: Actor, clerk: Actor) -> None:
    role = role_create(registry, "Vermieter/in")
    assert (role.slug, list(PartyRole.objects.all())[-1]) == ("vermieterin", role)
    for label in ("Vermieter/in", " "):
        with pytest.raises(InvalidFact):
            role_create(registry, label)
    with pytest.raises(NotAllowed):
        role_create(clerk, "Mieter/in")


def test_the_database_refuses_a_party_with_other_rights_than_its_dossier(dossier: Dossier) -> None:
    party, elsewhere = factories.party(home=dossier), factories.another_scope("Anderswo")
    with (
        pytest.raises(IntegrityError, match="its rights are not those"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT set_config('registratur.change', 'test', true)")
        cursor.execute("UPDATE records_party SET scope_id = %s WHERE id = %s", [elsewhere.pk, party.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
