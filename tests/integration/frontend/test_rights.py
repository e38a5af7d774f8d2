"""The pages on which rights are shown, explained, given and withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dms.access.models import Grant
from dms.access.permissions import Role
from dms.records.dossiers.models import Dossier
from dms.records.protection.following import working
from tests import factories


@pytest.fixture
def dossier(scope: Any) -> Dossier:
    factories.file_plan(scope=scope)
    return factories.dossier()


@pytest.fixture
def giver(dossier: Dossier, browser_of: Callable[..., Client]) -> Client:
    return browser_of(Role.RIGHTS, name="renate")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def give(browser: Client, dossier: Dossier, who: str, **more: str) -> str:
    typed = {"subject": who, "role": "clerk", "valid_to": "", "reason": "Vertretung", **more}
    return text(browser.post(f"/dossiers/{dossier.pk}/rights/", typed, follow=True))


def test_a_right_is_given_explained_and_withdrawn_and_works_on_the_next_request(
    giver: Client, dossier: Dossier
) -> None:
    berta, here = factories.user_with(name="berta"), f"/dossiers/{dossier.pk}/rights/"
    hers = Client()
    hers.force_login(berta)
    assert hers.get(f"/dossiers/{dossier.pk}/").status_code == 404
    shown = give(giver, dossier, "berta")
    assert "berta · Sachbearbeitung" in shown
    assert "gegeben von renate · Vertretung" in shown
    assert hers.get(f"/dossiers/{dossier.pk}/").status_code == 200
    explained = text(giver.get(f"{here}?who=berta"))
    assert "berta ist Sachbearbeitung in 610-1 Lindenweg 4, Wintergarten. Gegeben von renate am" in explained
    grant = Grant.objects.get(user=berta)
    assert "Recht von berta (Sachbearbeitung)" in text(giver.get(f"{here}{grant.pk}/"))
    giver.post(f"{here}{grant.pk}/", {"do": "withdraw", "reason": "zurück", "valid_to": ""})
    assert hers.get(f"/dossiers/{dossier.pk}/").status_code == 404
    refused = text(giver.get(f"{here}?who=berta"))
    assert "„berta“ darf das nicht sehen.</strong> Weder die Person selbst" in refused
    assert "Ermächtigung" not in refused


def test_while_dossiers_follow_their_entry_the_page_counts_them_and_nothing_can_be_restricted(
    giver: Client, dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "AT_ONCE", 0)
    factories.user_with(name="berta")
    here = f"/plan/{dossier.plan_entry_id}/rights/"
    typed = {"subject": "berta", "role": "clerk", "valid_to": "", "reason": "Sachgebiet"}
    shown = text(giver.post(here, typed, follow=True))
    assert "Akten werden in die eigenen Rechte übernommen: 0 von 1." in shown
    assert f"{here}restrict/" not in shown
    assert "übernommen: 0 von 1." in text(giver.get(f"/dossiers/{dossier.pk}/rights/"))
    refused = giver.post(f"{here}restrict/", {"reason": "heikel"})
    assert (refused.status_code, "(0 von 1)" in text(refused)) == (422, True)
    working.follow_on()
    shown = text(giver.get(here))
    assert ("übernommen:" in shown, f"{here}restrict/" in shown) == (False, True)


def test_a_mistake_is_told_at_its_field(giver: Client, dossier: Dossier) -> None:
    assert "gibt es nicht" in give(giver, dossier, "niemand")
    assert "Sich selbst gibt niemand Rechte" in give(giver, dossier, "renate")
    assert "Bitte den Grund angeben" in give(giver, dossier, "renate", reason="")
    assert "in der Vergangenheit" in give(
        giver, dossier, factories.user_with(name="otto").username, valid_to="2020-01-01"
    )


def test_what_is_missing_is_told_at_the_top_of_the_form_and_beside_its_field(giver: Client, dossier: Dossier) -> None:
    shown = give(giver, dossier, factories.user_with(name="berta").username, reason="")
    summary = shown.index('<a href="#id_reason">Warum?</a>: Bitte den Grund angeben')
    assert summary < shown.index('id="id_subject"') < shown.index('id="id_reason_error"')
    assert 'aria-invalid="true" aria-describedby="id_reason_error"' in shown


def test_a_dossier_is_restricted_to_its_own_rights_and_its_page_is_gone_for_who_did_it(
    giver: Client, dossier: Dossier
) -> None:
    here = f"/dossiers/{dossier.pk}/rights/"
    factories.user_with(Role.RIGHTS, name="petra", scope=dossier.scope)
    answer = giver.post(f"{here}restrict/", {"reason": "Personalsache"})
    assert "niemand mehr Rechte vergeben" in text(answer)
    before = text(giver.get(f"{here}restrict/"))
    assert "Zuerst muss hier selbst jemand die Rolle Rechtevergabe haben" in before
    assert "petra hier die Rechtevergabe geben" in before
    assert "renate hier die" not in before, "nobody gives rights to themselves"
    filled_in = text(giver.get(f"{here}?subject=petra&role=rights"))
    assert 'value="petra"' in filled_in
    assert '<option value="rights" selected>' in filled_in
    give(giver, dossier, "petra", role="rights")
    assert "Rechte vergibt hier danach: petra." in text(giver.get(f"{here}restrict/"))
    answer = giver.post(f"{here}restrict/", {"reason": "Personalsache"}, follow=True)
    assert "Sie selbst vergeben dort jetzt keine Rechte mehr." in text(answer)
    assert (answer.status_code, giver.get(here).status_code) == (200, 404)


def test_rights_from_above_are_shown_with_their_place(giver: Client, dossier: Dossier) -> None:
    shown = text(giver.get(f"/plan/{factories.plan_entry('610').pk}/rights/"))
    assert "Von darüber übernommen" in shown
    assert "vergeben in „Posteingang“" in shown


def test_several_roles_of_one_person_given_alike_are_one_row_and_each_can_be_changed(
    giver: Client, dossier: Dossier
) -> None:
    factories.user_with(name="berta")
    here = f"/dossiers/{dossier.pk}/rights/"
    for role in ("clerk", "archivist"):
        shown = give(giver, dossier, "berta", role=role)
    own = shown[shown.index("Hier vergeben") : shown.index("Von darüber")]
    assert own.count('<li class="row">') == 1
    grants = Grant.objects.filter(user__username="berta")
    for grant in grants:
        assert f'<a class="chip" href="{here}{grant.pk}/"' in own
        assert grant.get_role_display() in own
        assert "Recht von berta" in text(giver.get(f"{here}{grant.pk}/"))
    shown = give(giver, dossier, "berta", role="registry", reason="Urlaub")
    own = shown[shown.index("Hier vergeben") : shown.index("Von darüber")]
    assert own.count('<li class="row">') == 2
    assert "berta · Registratur" in own


def test_who_gives_no_rights_finds_no_such_page(clerk: Client, dossier: Dossier) -> None:
    assert clerk.get(f"/dossiers/{dossier.pk}/rights/").status_code == 404
    assert "/rights/" not in text(clerk.get(f"/dossiers/{dossier.pk}/"))


def test_the_page_costs_the_same_few_queries_however_many_rights_there_are(
    giver: Client, dossier: Dossier, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        give(giver, dossier, factories.user_with(name=f"person{number}").username)
    with django_assert_max_num_queries(14):
        assert "person7 · Sachbearbeitung" in text(giver.get(f"/dossiers/{dossier.pk}/rights/"))


def test_days_are_written_as_germans_write_them_and_so_are_their_mistakes(giver: Client, dossier: Dossier) -> None:
    berta, here = factories.user_with(name="berta"), f"/dossiers/{dossier.pk}/rights/"
    shown = text(giver.get(here))
    assert shown.count('placeholder="TT.MM.JJJJ"') == 2
    assert 'type="date"' not in shown
    refused = give(giver, dossier, "berta", valid_to="12/31/2099")
    assert "„12/31/2099“ ist kein Datum. Bitte mit vierstelliger Jahreszahl eingeben: 31.12.2026" in refused
    assert 'value="12/31/2099"' in refused
    never = give(giver, dossier, "berta", valid_to="31.2.2099")
    assert "„31.2.2099“ gibt es im Kalender nicht. Bitte Tag und Monat prüfen." in never
    give(giver, dossier, "berta", valid_to="31. 12. 99")
    grant = Grant.objects.get(user=berta)
    assert f"{grant.valid_to:%Y-%m-%d}" == "2099-12-31"
    assert 'value="31.12.2099"' in text(giver.get(f"{here}{grant.pk}/"))
