"""Why somebody may see a dossier, with who gave the right, when and why; and the one thing that is missing if not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dms.access.actors import Actor, actor_for, system_setup
from dms.access.levels import Level
from dms.access.models import BodyKind, Scope, User
from dms.access.permissions import Role
from dms.accounts.accounts import account_disable
from dms.accounts.bodies import body_create
from dms.accounts.clearances import clearance_give
from dms.records.models import Dossier
from dms.records.protection.explaining import Explanation, explanation_of
from dms.records.protection.grants import grant_change, grant_give
from dms.records.protection.levels import dossier_set_level
from dms.records.protection.rights import scope_restrict
from tests import factories

TODAY = timezone.localdate


def told(actor: Actor, dossier: Dossier, login: str = "berta") -> Explanation:
    return explanation_of(actor, Dossier.objects.get(pk=dossier.pk), login)


def day(after: int = 0) -> str:
    return f"{TODAY() + timedelta(days=after):%d.%m.%Y}"


def test_a_right_is_told_with_who_gave_it_when_and_why(giver: Actor, dossier: Dossier, berta: User) -> None:
    grant = grant_give(giver, dossier, berta, Role.CLERK, reason="Vertretung")
    place = f"berta ist Sachbearbeitung in {dossier}."
    assert told(giver, dossier) == Explanation([f"{place} Gegeben von renate am {day()}: Vertretung."], "")
    grant_change(giver, grant, valid_to=None, reason="auf Dauer.")
    changed = f"Zuletzt geändert von renate am {day()}: auf Dauer."
    assert told(giver, dossier).reasons == [f"{place} Gegeben von renate am {day()}: Vertretung. {changed}"]


def test_of_a_place_that_is_not_theirs_to_see_nobody_learns_the_name_or_the_history(
    giver: Actor, dossier: Dossier, berta: User
) -> None:
    grant_give(giver, dossier, berta, Role.RIGHTS, reason="hier")
    [sentence] = told(actor_for(berta), dossier, "renate").reasons
    assert sentence.startswith("renate ist Rechtevergabe in einer Stelle darüber.")
    assert ("Akten" in sentence, day() in sentence) == (False, False)


def test_a_right_of_another_time_is_told_with_its_day(
    giver: Actor, dossier: Dossier, berta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = TODAY() + timedelta(days=5)
    grant_give(
        giver, dossier, berta, Role.CLERK, reason="Urlaub", valid_from=TODAY() + timedelta(days=3), valid_to=last
    )
    assert told(giver, dossier).refusal == f"Das Recht dazu gilt erst ab {day(3)}."
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: last + timedelta(days=1))
    assert told(giver, dossier).refusal == f"Das Recht dazu galt nur bis {last:%d.%m.%Y}."


def test_without_a_right_the_clearance_is_not_spoken_of_and_with_one_the_right_is_not(
    giver: Actor, dossier: Dossier, berta: User, files: Scope
) -> None:
    factories.user_with(Role.REGISTRY, name="rita", scope=files)
    for one in ("rita", "renate"):
        clearance_give(system_setup(), User.objects.get(username=one), Level.SECRET, reason="Amt")
    dossier_set_level(actor_for(User.objects.get(username="rita")), dossier, Level.SECRET, reason="Lage")
    giver = actor_for(User.objects.get(username="renate"))
    lacking = "Weder die Person selbst noch eine Stelle, zu der sie gehört, hat hier ein Recht dazu."
    assert told(giver, dossier) == Explanation([], lacking)
    grant_give(giver, Dossier.objects.get(pk=dossier.pk), berta, Role.CLERK, reason="Vertretung")
    assert told(giver, dossier).refusal == (
        "Ein Recht gilt hier, aber die Ermächtigung fehlt: Dies ist „Geheim“. "
        "Ermächtigungen gibt die Rolle Geheimschutz."
    )
    clearance_give(system_setup(), berta, Level.SECRET, reason="Sachgebiet")
    assert (len(told(giver, dossier).reasons), told(giver, dossier).refusal) == (1, "")


def test_it_is_told_where_rights_from_above_do_not_hold(giver: Actor, dossier: Dossier, files: Scope) -> None:
    factories.user_with(Role.CLERK, name="carl", scope=files)
    keeper = factories.user_with(name="petra")
    grant_give(giver, dossier, keeper, Role.RIGHTS, reason="Personalamt")
    scope_restrict(giver, Dossier.objects.get(pk=dossier.pk), reason="Personalsache")
    assert told(actor_for(keeper), dossier, "carl").refusal.endswith("Rechte von darüber gelten hier nicht.")


def test_a_locked_account_and_a_name_that_is_no_persons_are_told_as_such(
    giver: Actor, dossier: Dossier, berta: User, files: Scope
) -> None:
    grant_give(giver, dossier, berta, Role.CLERK, reason="Vertretung")
    account_disable(system_setup(), berta, now=timezone.now())
    body_create(giver, "Bauamt", BodyKind.UNIT, files)
    assert [told(giver, dossier, one).refusal for one in ("berta", "niemand", "Bauamt")] == [
        "Das Konto ist gesperrt.",
        "Ein Konto mit diesem Anmeldenamen gibt es nicht.",
        "Das ist keine Person (Organisationseinheit); bitte den Anmeldenamen einer Person angeben.",
    ]
