"""The pages of the register: people are taken into a file without being entered twice, found, corrected and merged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from dms.access.actors import Actor, system_setup
from dms.access.permissions import Permission, Role
from dms.records.dossiers.filing import Place, documents_file
from dms.records.dossiers.models import Dossier
from dms.records.parties.models import Participation, Party
from dms.records.parties.roles import roles_setup
from tests import factories


@pytest.fixture
def dossier(scope: Any) -> Dossier:
    factories.file_plan(scope=scope)
    roles_setup(system_setup())
    return factories.dossier()


@pytest.fixture
def registry(dossier: Dossier, browser_of: Callable[..., Client]) -> Client:
    return browser_of(Role.REGISTRY, name="rita")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def typed(**changed: str) -> dict[str, str]:
    return {"role": "applicant", "kind": "person", "family_name": "Öztürk", "given_names": "Emine", **changed}


def test_somebody_new_is_entered_and_takes_part(clerk: Client, dossier: Dossier) -> None:
    address = {"address-0-kind": "home", "address-0-street": "Lindenweg 4", "address-0-city": "Haltern"}
    answer = clerk.post(f"/dossiers/{dossier.pk}/parties/add/", typed(**address), follow=True)
    assert "„Öztürk, Emine“ ist beteiligt." in text(answer)
    party = Party.objects.get()
    assert (party.home, party.addresses.get().street) == (dossier, "Lindenweg 4")
    page = text(clerk.get(f"/parties/{party.pk}/"))
    assert "Lindenweg 4" in page
    assert "610-1" in page


def test_who_may_be_meant_is_shown_before_somebody_is_entered_twice(clerk: Client, dossier: Dossier) -> None:
    known, there = factories.party("Oeztuerk", "Emine", home=dossier), f"/dossiers/{dossier.pk}/parties/add/"
    asked = text(clerk.post(there, typed()))
    assert "Ist es jemand davon?" in asked
    assert f'name="party" value="{known.pk}"' in asked
    assert Party.objects.count() == 1
    clerk.post(there, typed(party=str(known.pk)))
    assert Participation.objects.get().party == known
    again = text(clerk.post(there, typed(party=str(known.pk))))
    assert "schon beteiligt" in again
    clerk.post(there, typed(new="1"))
    assert (Party.objects.count(), Participation.objects.count()) == (2, 2)


def test_a_mistake_is_told_beside_its_field_and_nothing_is_entered(clerk: Client, dossier: Dossier) -> None:
    answer = clerk.post(f"/dossiers/{dossier.pk}/parties/add/", typed(family_name=""))
    assert (answer.status_code, "Bitte den Nachnamen angeben." in text(answer)) == (422, True)
    answer = clerk.post("/parties/add/", typed(**{"address-0-kind": "mail", "address-0-value": "emine@"}))
    assert (answer.status_code, "keine E-Mail-Adresse" in text(answer)) == (422, True)
    assert not Party.objects.exists()


def test_the_sender_of_a_letter_suggests_the_party(clerk: Client, dossier: Dossier) -> None:
    known = factories.party(home=dossier)
    letter = factories.document(["Guten Tag"], title="Antrag", sender="Familie Emine Öztürk, Lindenweg 4")
    documents_file(
        Actor("user:registry", everywhere=frozenset(Permission)), [letter], Place(dossier), now=timezone.now()
    )
    shown = text(clerk.get(f"/documents/{letter.pk}/"))
    assert f"/parties/{known.pk}/" in shown
    assert "In die Akte aufnehmen" in shown
    form = text(clerk.get(f"/dossiers/{dossier.pk}/parties/add/?document={letter.pk}"))
    assert "Das ist vielleicht der Absender" in form
    assert 'name="family_name" value="Öztürk"' in form
    assert 'name="given_names" value="Emine"' in form
    assert '<option value="sender" selected>' in form
    clerk.post(f"/dossiers/{dossier.pk}/parties/add/", typed(role="sender", party=str(known.pk)))
    assert "In die Akte aufnehmen" not in text(clerk.get(f"/documents/{letter.pk}/")), "somebody there already"


def test_the_list_finds_by_the_sound_of_a_name(clerk: Client, dossier: Dossier) -> None:
    factories.party("Schmidt", "Hanna", home=dossier)
    assert "Schmidt, Hanna" in text(clerk.get("/parties/?q=schmitt"))
    assert "Niemand gefunden" in text(clerk.get("/parties/?q=xyzzy"))
    assert "Niemand gefunden" in text(clerk.get("/parties/?kind=organisation"))


def test_an_entry_is_put_right_and_its_history_tells(clerk: Client, dossier: Dossier) -> None:
    party = factories.party("Meier", home=dossier, addresses=[{"kind": "phone", "value": "02364 933-0"}])
    here = f"/parties/{party.pk}/correct/"
    assert 'value="02364 933-0"' in text(clerk.get(here))
    change = typed(family_name="Mayer", reason="Heirat")
    known = {"address-0-id": str(party.addresses.get().pk), "address-0-kind": "phone", "address-0-value": ""}
    clerk.post(here, change | known)
    page = text(clerk.get(f"/parties/{party.pk}/"))
    assert "Nachname „Mayer“ statt „Meier“" in page
    assert "Heirat" in page
    assert not party.addresses.exists()


def test_doublets_are_found_compared_merged_and_parted(registry: Client, dossier: Dossier) -> None:
    kept, twice = factories.party("Müller", home=dossier), factories.party("Mueller", home=dossier)
    assert f"/parties/{kept.pk}/merge/?with={twice.pk}" in text(registry.get("/parties/same/"))
    assert "Vielleicht dasselbe" in text(registry.get(f"/parties/{kept.pk}/"))
    here = f"/parties/{kept.pk}/merge/"
    assert f"?with={twice.pk}" in text(registry.get(f"{here}?q=muller"))
    assert "Andersherum" in text(registry.get(f"{here}?with={twice.pk}"))
    done = registry.post(here, {"with": str(twice.pk), "reason": "ein Mensch"}, follow=True)
    assert "steht jetzt auch für „Mueller, Emine“" in text(done)
    assert registry.get(f"/parties/{twice.pk}/").headers["Location"] == f"/parties/{kept.pk}/"
    assert "Keine doppelten Einträge" in text(registry.get("/parties/same/"))
    assert "steht wieder für sich" in text(registry.post(f"/parties/{twice.pk}/part/", follow=True))


def test_clerks_find_no_page_of_the_keepers(clerk: Client, dossier: Dossier) -> None:
    party = factories.party(home=dossier)
    for address in ("same/", "roles/", f"{party.pk}/merge/"):
        assert clerk.get(f"/parties/{address}").status_code == 404
    assert clerk.post(f"/parties/{party.pk}/information/csv/").status_code == 404


def test_what_is_kept_is_told_as_a_file_and_that_is_told_too(registry: Client, dossier: Dossier) -> None:
    party = factories.party(home=dossier)
    answer = registry.post(f"/parties/{party.pk}/information/csv/")
    assert "Öztürk" in text(answer)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "Auskunft nach Art. 15 DSGVO erstellt" in text(registry.get(f"/parties/{party.pk}/"))


def test_a_participation_ends_after_asking(clerk: Client, dossier: Dossier) -> None:
    row = factories.takes_part(factories.party(home=dossier), dossier)
    here = f"/participations/{row.pk}/remove/"
    assert "nicht mehr beteiligt?" in text(clerk.get(here))
    assert "dort nicht mehr beteiligt" in text(clerk.post(here, {"reason": "verwechselt"}, follow=True))
    assert not Participation.objects.exists()


def test_the_registry_adds_a_role(registry: Client, dossier: Dossier) -> None:
    assert "Vermieter/in" in text(registry.post("/parties/roles/", {"label": "Vermieter/in"}, follow=True))
    assert registry.post("/parties/roles/", {"label": "Vermieter/in"}).status_code == 422
