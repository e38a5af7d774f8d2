"""Documents go from the inbox into dossiers and on: with attachments, with rights, and told in both places."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from dms.access.actors import Actor, actor_for
from dms.access.models import Scope, User
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.audit.door import HandedOver
from dms.audit.lifecycle import NotPossible
from dms.audit.models import EventRow, OutboxEntry
from dms.audit.verify import Tally, verify_all
from dms.records.documents.corrections import document_actions, document_correct, document_set_kind
from dms.records.documents.history import events_about
from dms.records.documents.undo import NothingToUndo
from dms.records.dossiers.cases import case_close
from dms.records.dossiers.filing import Place, documents_file, documents_take_back, may_file
from dms.records.dossiers.keeping import dossier_close, dossier_renumber
from dms.records.dossiers.models import Case, Dossier
from dms.records.dossiers.places import find_place, place_suggestions
from dms.records.models import Document, DocumentKind
from dms.records.protection.rights import scope_begin
from ingest.models import InboxItem
from search.source import RecordsSource
from tests import factories
from tests.proving import proven

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EVERYTHING = (Role.CLERK, Role.REGISTRY)


def fresh(document: Document) -> Document:
    found: Document = Document.objects.select_related("dossier", "case").get(pk=document.pk)
    return found


def names(chain: str) -> list[str]:
    return list(EventRow.objects.filter(chain=chain).order_by("number").values_list("name", flat=True))


def test_a_letter_goes_into_a_dossier_and_has_its_rights(clerk: Actor, dossier: Dossier, files: Scope) -> None:
    letter = factories.document()
    documents_file(clerk, [letter], Place(dossier), now=NOW)
    filed = fresh(letter)
    assert (filed.dossier, filed.case, filed.scope_id) == (dossier, None, files.pk)
    assert (filed.filed_by, filed.filed_at) == ("user:carl", NOW)
    assert proven()


def test_who_may_see_the_inbox_alone_sees_neither_the_letter_nor_its_item_any_more(
    clerk: Actor, dossier: Dossier
) -> None:
    letter = factories.document()
    inbox_only = actor_for(factories.user_with(Role.CLERK, name="ina"))
    assert Document.objects.visible_to(inbox_only).exists()
    documents_file(clerk, [letter], Place(dossier), now=NOW)
    inbox_only.remembered.clear()
    assert not Document.objects.visible_to(inbox_only).exists()
    assert not InboxItem.objects.visible_to(inbox_only).exists(), "the item holds the original"
    assert InboxItem.objects.visible_to(clerk).exists()


def test_attachments_go_with_their_mail_whichever_was_chosen(clerk: Actor, dossier: Dossier) -> None:
    mail = factories.document(attachments=["Plan.pdf", "Foto.jpg"])
    attachment = Document.objects.filter(parent=mail).order_by("part")[0]
    filed = documents_file(clerk, [attachment], Place(dossier), now=NOW)
    assert {one.pk for one in filed} == set(Document.objects.values_list("pk", flat=True))
    assert [one.part for one in Document.objects.filter(dossier=dossier).order_by("part")] == [0, 1, 2]
    assert proven()


def test_both_places_tell_of_a_move(clerk: Actor, dossier: Dossier) -> None:
    letter, other = factories.document(), factories.dossier("Ahornweg", of="611")
    documents_file(clerk, [letter], Place(dossier), now=NOW)
    documents_file(clerk, [letter], Place(other, factories.case(other)), now=NOW)
    assert names(letter.item_chain)[-1] == "document:left"
    assert names(dossier.chain) == ["dossier:opened", "document:filed", "document:left"]
    assert names(other.chain) == ["dossier:opened", "case:opened", "document:filed"]
    told = [row.name for row in events_about(fresh(letter)).order_by("id")]
    assert told[-4:] == ["document:left", "document:filed", "document:left", "document:filed"]
    assert proven()


def test_within_one_dossier_one_event_tells_it(clerk: Actor, dossier: Dossier) -> None:
    letter, case = factories.document(), factories.case(dossier)
    documents_file(clerk, [letter], Place(dossier), now=NOW)
    documents_file(clerk, [letter], Place(dossier, case), now=NOW)
    documents_file(clerk, [letter], Place(dossier, case), now=NOW)
    assert names(dossier.chain)[-2:] == ["document:filed", "document:moved"]
    assert proven()


def test_several_go_at_once_or_none(clerk: Actor, dossier: Dossier) -> None:
    letters = [factories.document(title=f"Brief {n}") for n in range(3)]
    elsewhere = factories.document(of=factories.item(scope=factories.another_scope("Personalamt")))
    with pytest.raises(NotAllowed):
        documents_file(clerk, [*letters, elsewhere], Place(dossier), now=NOW)
    assert not Document.objects.filter(dossier__isnull=False).exists()
    documents_file(clerk, letters, Place(dossier), now=NOW)
    assert Document.objects.filter(dossier=dossier).count() == 3
    assert proven()


def test_both_places_ask_for_the_right(files: Scope, dossier: Dossier) -> None:
    letter = factories.document()
    inbox_only = actor_for(factories.user_with(Role.CLERK, name="ina"))
    files_only = actor_for(factories.user_with(Role.CLERK, name="fritz", scope=files))
    for actor in (inbox_only, files_only):
        with pytest.raises(NotAllowed):
            documents_file(actor, [letter], Place(dossier), now=NOW)


def test_auditor_5_nothing_comes_into_a_closed_dossier_or_case_and_nothing_leaves_it(
    clerk: Actor, dossier: Dossier, files: Scope
) -> None:
    inside, outside, case = factories.document(), factories.document(), factories.case(dossier)
    documents_file(clerk, [inside], Place(dossier, case), now=NOW)
    case_close(clerk, case, now=NOW)
    with pytest.raises(NotPossible, match="Vorgang ist abgeschlossen"):
        documents_file(clerk, [outside], Place(dossier, case), now=NOW)
    with pytest.raises(NotPossible, match="Vorgang ist abgeschlossen"):
        documents_file(clerk, [inside], Place(dossier), now=NOW)
    dossier_close(clerk, dossier, now=NOW)
    with pytest.raises(NotPossible, match="Akte ist abgeschlossen"):
        documents_file(clerk, [outside], Place(dossier), now=NOW)
    assert not may_file(clerk, fresh(inside))
    with pytest.raises(NotPossible, match="Akte ist abgeschlossen"):
        document_correct(clerk, fresh(inside), {"title": "Anders"})
    assert document_actions(clerk, fresh(inside)) == []
    registry = actor_for(factories.user_with(Role.REGISTRY, name="rita", scope=files))
    document_correct(registry, fresh(inside), {"title": "Berichtigt"})
    assert names(dossier.chain)[-1] == "document:corrected"
    assert proven()


def test_who_filed_takes_it_back_for_a_short_while(clerk: Actor, dossier: Dossier) -> None:
    mail, home = factories.document(attachments=["Plan.pdf"]), factories.town()
    documents_file(clerk, [mail], Place(dossier), now=NOW)
    documents_take_back(clerk, [fresh(mail)], now=NOW + timedelta(minutes=5))
    assert {(one.dossier_id, one.scope_id) for one in Document.objects.all()} == {(None, home.pk)}
    assert names(mail.item_chain)[-1] == "document:taken_back"
    with pytest.raises(NothingToUndo):
        documents_take_back(clerk, [fresh(mail)], now=NOW)
    documents_file(clerk, [mail], Place(dossier), now=NOW)
    with pytest.raises(NothingToUndo):
        documents_take_back(clerk, [fresh(mail)], now=NOW + timedelta(minutes=11))
    assert proven()


def test_taken_back_into_a_dossier_that_got_rights_of_its_own_meanwhile_it_goes_by_these(
    clerk: Actor, giver: Actor, dossier: Dossier
) -> None:
    letter, other = factories.document(), factories.dossier("Ahornweg", of="611")
    documents_file(clerk, [letter], Place(dossier), now=NOW)
    documents_file(clerk, [letter], Place(other), now=NOW)
    scope = scope_begin(giver, Dossier.objects.get(pk=dossier.pk), reason="heikel")
    clerk = actor_for(User.objects.get(username="carl"))
    documents_take_back(clerk, [fresh(letter)], now=NOW)
    assert (fresh(letter).dossier, fresh(letter).scope_id) == (dossier, scope.pk)
    assert proven()


def test_taken_back_from_the_second_place_it_lies_in_the_first_again(clerk: Actor, dossier: Dossier) -> None:
    letter, other, case = factories.document(), factories.dossier("Ahornweg", of="611"), factories.case(dossier)
    documents_file(clerk, [letter], Place(dossier, case), now=NOW)
    documents_file(clerk, [letter], Place(other), now=NOW)
    documents_take_back(clerk, [fresh(letter)], now=NOW)
    assert (fresh(letter).dossier, fresh(letter).case) == (dossier, case)
    assert proven()


def test_what_happened_since_is_not_taken_back(clerk: Actor, dossier: Dossier) -> None:
    letter = factories.document()
    documents_file(clerk, [letter], Place(dossier), now=NOW)
    document_correct(clerk, fresh(letter), {"title": "Anders"})
    with pytest.raises(NothingToUndo):
        documents_take_back(clerk, [fresh(letter)], now=NOW)


def test_a_correction_of_what_was_filed_meanwhile_is_refused_and_breaks_no_chain(
    clerk: Actor, dossier: Dossier
) -> None:
    letter = factories.document()
    looked_at = fresh(letter)
    documents_file(clerk, [letter], Place(dossier), now=NOW)
    with pytest.raises(HandedOver):
        document_set_kind(clerk, looked_at, kind=DocumentKind.objects.get(pk="offer"))
    document_set_kind(clerk, fresh(letter), kind=DocumentKind.objects.get(pk="offer"))
    assert proven()


def test_a_row_that_is_told_by_two_chains_is_found(clerk: Actor, dossier: Dossier) -> None:
    from dms.audit.door import change
    from dms.audit.events import Event

    letter = factories.document()
    with change(clerk, Event.DOCUMENT_FILED, letter, chain=dossier.chain) as opened:
        opened.adopt(opened.target)
    assert any("more than one chain" in finding.what for finding in verify_all(Tally()))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_document SET scope_id = (SELECT max(id) FROM access_scope)",
        "UPDATE records_document SET case_id = (SELECT id FROM records_case)",
        "UPDATE records_document SET dossier_id = NULL",
        "UPDATE records_document SET filed_by = ''",
    ],
)
def test_the_database_refuses_what_must_never_be(clerk: Actor, dossier: Dossier, statement: str) -> None:
    factories.case(factories.dossier("Ahornweg", of="611"))
    documents_file(clerk, [factories.document()], Place(dossier), now=NOW)
    factories.another_scope("Anderswo")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('registratur.change', 'a test', true)")
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_index_learns_every_number_of_the_place(clerk: Actor, dossier: Dossier, files: Scope) -> None:
    letter, case = factories.document(), factories.case(dossier)
    documents_file(clerk, [letter], Place(dossier, case), now=NOW)
    registry = actor_for(factories.user_with(Role.REGISTRY, name="rita", scope=files))
    OutboxEntry.objects.all().delete()
    dossier_renumber(registry, dossier, factories.plan_entry("611"), now=NOW, reason="")
    assert OutboxEntry.objects.filter(topic="search", target=letter.pk).exists()
    [entry] = RecordsSource().entries([letter.pk])
    assert set(entry.reference.split()) == {"611-1", "611-1/1", "610-1", "610-1/1"}
    assert entry.scope_id == files.pk


def test_places_are_suggested_by_number_by_title_and_by_what_was_used_last(clerk: Actor, dossier: Dossier) -> None:
    other = factories.dossier("Ahornweg", of="611")
    case = factories.case(other, "Baulasterklärung")

    def keys(words: str, *documents: Document) -> list[str]:
        return [one.place.key for one in place_suggestions(clerk, words, documents)]

    assert keys("611") == [f"dossier:{other.pk}", f"case:{case.pk}"]
    assert keys("baulast") == [f"case:{case.pk}"]
    assert keys("linden") == [f"dossier:{dossier.pk}"]
    documents_file(clerk, [factories.document()], Place(other, case), now=NOW)
    assert keys("")[0] == f"case:{case.pk}"
    letter = factories.document(["Unser Zeichen: 610-1, Ihr Schreiben vom 3. März"])
    assert keys("", letter)[0] == f"dossier:{dossier.pk}"
    dossier_close(clerk, dossier, now=NOW)
    assert f"dossier:{dossier.pk}" not in keys("610")


def test_a_letter_is_suggested_the_places_of_its_sender_whoever_filed_there(clerk: Actor, dossier: Dossier) -> None:
    case = factories.case(factories.dossier("Ahornweg", of="611"), "Baulasterklärung")
    factories.user_with(Role.CLERK, name="cleo")
    colleague = actor_for(factories.user_with(Role.CLERK, name="cleo", scope=dossier.scope))
    documents_file(colleague, [factories.document(sender="Stadtwerke Musterstadt")], Place(case.dossier, case), now=NOW)
    letter = factories.document(sender="Stadtwerke Musterstadt")
    best = place_suggestions(clerk, "", [letter])[0]
    assert (best.place.key, best.why) == (f"case:{case.pk}", "gleicher Absender")
    other = place_suggestions(clerk, "", [factories.document(sender="Jemand anderes"), factories.document(sender="")])
    assert "gleicher Absender" not in {one.why for one in other}


def test_places_that_may_not_be_seen_are_not_suggested(clerk: Actor, dossier: Dossier) -> None:
    inbox_only = actor_for(factories.user_with(Role.CLERK, name="ina"))
    assert place_suggestions(inbox_only, "610") == []
    assert place_suggestions(inbox_only, "", [factories.document(["610-1"])]) == []
    assert find_place(inbox_only, f"dossier:{dossier.pk}") is None
    for wrong in ("", "dossier:", "case:x", f"plan:{dossier.pk}", f"case:{dossier.pk}"):
        assert find_place(clerk, wrong) is None


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_filing_back_and_forth_by_many_at_once_waits_for_nobody_in_a_ring(store: Path) -> None:
    scope = factories.another_scope("Akten")
    factories.file_plan(scope=scope)
    factories.user_with(Role.CLERK, name="carl")
    user: User = factories.user_with(Role.CLERK, name="carl", scope=scope)
    places = [Place(factories.dossier("Eins")), Place(factories.dossier("Zwei", of="611"))]
    letters = [factories.document(attachments=["Plan.pdf"]) for _ in range(4)]

    def file_one(number: int) -> None:
        try:
            documents_file(actor_for(user), letters[number % 4 : number % 4 + 2], places[number % 2], now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(file_one, range(24)))
    assert proven()
    assert Case.objects.count() == 0


def test_a_stranger_finds_nothing_to_file(dossier: Dossier) -> None:
    stranger: Any = actor_for(factories.user_with(*EVERYTHING, name="s", scope=factories.another_scope("Anderswo")))
    letter = factories.document()
    assert not may_file(stranger, fresh(letter))


def test_an_attachment_may_be_filed_alone_and_still_knows_its_mail(clerk: Actor, dossier: Dossier) -> None:
    mail = factories.document(attachments=["Plan.pdf", "Foto.jpg"])
    plan = Document.objects.get(title="Plan.pdf")
    assert documents_file(clerk, [plan], Place(dossier), now=NOW, alone=True) == [plan]
    assert (fresh(plan).parent, fresh(mail).dossier) == (mail, None)
    other = factories.dossier("Ahornweg", of="611")
    moved = documents_file(clerk, [fresh(mail)], Place(other), now=NOW)
    assert [one.title for one in moved] == ["Ein Brief", "Foto.jpg"], "what lies elsewhere stays there"
    assert fresh(plan).dossier == dossier
    assert [one.title for one in documents_take_back(clerk, [fresh(plan)], now=NOW)] == ["Plan.pdf"]
    assert (fresh(plan).dossier, fresh(mail).dossier) == (None, other)
    assert proven()


def test_an_attachment_that_joins_its_mail_is_taken_back_without_it(clerk: Actor, dossier: Dossier) -> None:
    mail = factories.document(attachments=["Plan.pdf"])
    plan = Document.objects.get(title="Plan.pdf")
    documents_file(clerk, [mail], Place(dossier), now=NOW, alone=True)
    documents_file(clerk, [plan], Place(dossier), now=NOW + timedelta(minutes=1), alone=True)
    assert documents_take_back(clerk, [fresh(plan)], now=NOW + timedelta(minutes=2)) == [plan]
    assert (fresh(plan).dossier, fresh(mail).dossier) == (None, dossier)
    assert proven()
