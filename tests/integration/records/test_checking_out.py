"""For a time one person alone hands in versions; it ends by itself, is given back, or is ended with a reason."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from dms.access.actors import Actor, actor_for
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.audit.events import Event
from dms.audit.models import EventRow, target_name
from dms.audit.verify import Tally, verify_all
from dms.records.documents.checking_out import (
    CheckedOut,
    NotCheckedOut,
    check_out_actions,
    check_out_break,
    document_check_out,
    document_give_back,
    holder_of,
)
from dms.records.documents.corrections import document_correct
from dms.records.documents.facts import InvalidFact
from dms.records.documents.versions import may_hand_in
from dms.records.dossiers.closing import DossierClosed
from dms.records.dossiers.filing import Place, documents_file
from dms.records.dossiers.keeping import dossier_close
from dms.records.models import Document, DocumentVerb
from ingest.hand_in import version_hand_in
from ingest.intake import Delivery
from ingest.models import Source
from tests import factories

NOW = factories.MORNING


@pytest.fixture
def letter(db: None, store: Path) -> Document:
    return factories.document()


@pytest.fixture
def anna(letter: Document) -> Actor:
    return actor_for(factories.user_with(Role.CLERK, name="anna"))


@pytest.fixture
def bert(letter: Document) -> Actor:
    return actor_for(factories.user_with(Role.CLERK, name="bert"))


@pytest.fixture
def registry(letter: Document) -> Actor:
    return actor_for(factories.user_with(Role.REGISTRY, name="rita"))


class At:
    def __init__(self, moment: Any) -> None:
        self.now = lambda: moment


def hand_in(actor: Actor, document: Document, moment: Any = NOW) -> Any:
    delivery = Delivery(filename="neu.txt", source=Source.UPLOAD)
    return version_hand_in(actor, document, io.BytesIO(b"neu"), delivery, clock=At(moment))


def fresh(document: Document) -> Document:
    found: Document = Document.objects.select_related("dossier", "case").get(pk=document.pk)
    return found


def told(document: Document) -> list[str]:
    return list(EventRow.objects.filter(target=target_name(document)).order_by("id").values_list("name", flat=True))


def test_whoever_checked_out_alone_hands_in_a_version(anna: Actor, bert: Actor, letter: Document) -> None:
    document_check_out(anna, letter, now=NOW)
    assert holder_of(fresh(letter), NOW) == "user:anna"
    assert not may_hand_in(bert, fresh(letter), NOW)
    with pytest.raises(CheckedOut, match=r"anna bis 05\.03\.2026"):
        hand_in(bert, fresh(letter))
    with pytest.raises(CheckedOut):
        document_check_out(bert, letter, now=NOW)
    assert hand_in(anna, fresh(letter)).created


def test_others_still_correct_and_file(anna: Actor, bert: Actor, letter: Document) -> None:
    document_check_out(anna, letter, now=NOW)
    assert document_correct(bert, letter, {"title": "Anders"}).title == "Anders"
    documents_file(bert, [letter], Place(factories.dossier()), now=NOW)
    assert holder_of(fresh(letter), NOW) == "user:anna"


def test_it_ends_by_itself(anna: Actor, bert: Actor, letter: Document) -> None:
    document_check_out(anna, letter, until=NOW + timedelta(hours=1), now=NOW)
    later = NOW + timedelta(hours=1)
    assert holder_of(fresh(letter), later) == ""
    assert may_hand_in(bert, fresh(letter), later)
    assert hand_in(bert, fresh(letter), later).created
    with pytest.raises(NotCheckedOut):
        document_give_back(anna, letter, now=later)


def test_it_is_given_back_by_whoever_has_it_and_nobody_else(anna: Actor, bert: Actor, letter: Document) -> None:
    document_check_out(anna, letter, now=NOW)
    with pytest.raises(CheckedOut):
        document_give_back(bert, letter, now=NOW)
    document_give_back(anna, letter, now=NOW)
    assert document_check_out(bert, letter, now=NOW).checked_out_by == "user:bert"


def test_it_is_extended_by_whoever_has_it(anna: Actor, letter: Document) -> None:
    document_check_out(anna, letter, now=NOW)
    longer = NOW + timedelta(days=20)
    assert document_check_out(anna, letter, until=longer, now=NOW).checked_out_until == longer


@pytest.mark.parametrize("span", [timedelta(0), timedelta(days=-1), timedelta(days=31)])
def test_the_end_lies_ahead_and_not_too_far(anna: Actor, letter: Document, span: timedelta) -> None:
    with pytest.raises(InvalidFact):
        document_check_out(anna, letter, until=NOW + span, now=NOW)


def test_the_registry_breaks_it_with_a_reason_and_a_clerk_cannot(
    anna: Actor, bert: Actor, registry: Actor, letter: Document
) -> None:
    document_check_out(anna, letter, now=NOW)
    with pytest.raises(NotAllowed):
        check_out_break(bert, letter, reason="eilt", now=NOW)
    with pytest.raises(InvalidFact):
        check_out_break(registry, letter, reason=" ", now=NOW)
    check_out_break(registry, letter, reason="anna ist krank", now=NOW)
    assert holder_of(fresh(letter), NOW) == ""
    broken = EventRow.objects.get(name=Event.DOCUMENT_CHECK_OUT_BROKEN)
    assert "anna ist krank" in broken.body
    assert '"held_by":"user:anna"' in broken.body
    assert told(letter) == [Event.DOCUMENT_CHECKED_OUT, Event.DOCUMENT_CHECK_OUT_BROKEN]
    assert list(verify_all(Tally())) == []


def test_each_is_offered_what_they_can_do(anna: Actor, bert: Actor, registry: Actor, letter: Document) -> None:
    assert check_out_actions(bert, fresh(letter), NOW) == [DocumentVerb.CHECK_OUT]
    document_check_out(anna, letter, now=NOW)
    held = fresh(letter)
    assert check_out_actions(anna, held, NOW) == [DocumentVerb.CHECK_OUT, DocumentVerb.GIVE_BACK]
    assert check_out_actions(bert, held, NOW) == []
    assert check_out_actions(registry, held, NOW) == [DocumentVerb.BREAK_CHECK_OUT]


def test_nothing_is_checked_out_in_a_closed_dossier(anna: Actor, letter: Document) -> None:
    dossier = factories.dossier()
    documents_file(anna, [letter], Place(dossier), now=NOW)
    dossier_close(anna, dossier, now=NOW)
    assert check_out_actions(anna, fresh(letter), NOW) == []
    with pytest.raises(DossierClosed):
        document_check_out(anna, fresh(letter), now=NOW)


def test_programs_check_out_and_give_back(anna: Actor, letter: Document) -> None:
    api: APIClient = factories.program_of(factories.user_with(Role.CLERK, name="anna"))
    path = f"/api/v1/documents/{letter.pk}/"
    assert "check_out" in api.get(path).json()["actions"]
    answer = api.post(f"{path}check-out/", {}, format="json", headers={"If-Match": api.get(path)["ETag"]})
    assert answer.status_code == 200
    assert answer.json()["checked_out"]["by"] == "user:anna"
    assert "give_back" in answer.json()["actions"]
    old = api.post(f"{path}give-back/", headers={"If-Match": '"former"'})
    assert old.status_code == 412
    assert api.post(f"{path}give-back/").json()["checked_out"] is None
    assert api.post(f"{path}give-back/").json()["code"] == "not_checked_out"


def test_the_page_says_who_has_it_and_lets_the_registry_end_it(anna: Actor, registry: Actor, letter: Document) -> None:
    clerk, keeper = Client(), Client()
    clerk.force_login(factories.user_with(Role.CLERK, name="anna"))
    keeper.force_login(factories.user_with(Role.REGISTRY, name="rita"))
    page = f"/documents/{letter.pk}/"
    assert "für Sie ausgecheckt" in clerk.post(f"{page}check-out/", {"days": "7"}, follow=True).content.decode()
    assert "Zurückgeben" in clerk.get(page).content.decode()
    seen = keeper.get(page).content.decode()
    assert "Ausgecheckt von anna" in seen
    assert "Neue Version einreichen" not in seen
    assert "Eilt es, hebt die Registratur das auf." not in seen
    colleague = Client()
    colleague.force_login(factories.user_with(Role.CLERK, name="bernd"))
    assert "Eilt es, hebt die Registratur das auf." in colleague.get(page).content.decode()
    ended = keeper.post(f"{page}break-check-out/", {"reason": "eilt"}, follow=True).content.decode()
    assert "Das Auschecken ist aufgehoben." in ended
    assert "Neue Version einreichen" in ended
