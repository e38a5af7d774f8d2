"""What needs nobody any more is ticked off, with a name and a reason, and can be taken up again."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from dms.access.actors import Actor, actor_for, system_ingest
from dms.access.models import Scope
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from dms.audit.models import EventRow
from dms.audit.verify import Tally, verify_all
from ingest.actions import item_actions
from ingest.models import InboxItem, ItemState, ItemVerb
from ingest.reasons import Reason
from ingest.retries import item_accept, item_retry
from ingest.settling import LONGEST_NOTE, NoteMissing, item_reopen, item_settle
from ingest.work.attempt import Tools
from tests.factories import item as hand_in
from tests.factories import refused, stuck, user_with
from tests.integration.ingest.working import LETTER, fresh, worked

pytestmark = pytest.mark.django_db
NOTE = "Noch einmal gescannt"


@pytest.fixture
def anna(scope: Scope) -> Actor:
    return actor_for(user_with(Role.SCANNING, name="anna", scope=scope))


def last_event(item: InboxItem) -> EventRow:
    return EventRow.objects.filter(chain=item.chain).order_by("-number")[0]


@pytest.mark.parametrize("made", [refused, stuck])
def test_what_was_seen_to_needs_no_help_any_more(anna: Actor, made: Callable[[], InboxItem]) -> None:
    item = made()
    before = item.state
    assert list(InboxItem.objects.needing_help()) == [item]
    item_settle(anna, item, f"  {NOTE}\n am Montag ")
    after = fresh(item)
    assert (after.state, after.settled_by, after.settled_note) == (before, "user:anna", f"{NOTE} am Montag")
    assert not InboxItem.objects.needing_help().exists()
    assert list(InboxItem.objects.settled()) == [item]


def test_who_ticked_it_off_and_why_stands_in_the_chain(anna: Actor) -> None:
    item = refused()
    item_settle(anna, item, NOTE)
    event = last_event(item)
    assert (event.name, event.actor, json.loads(event.body)["reason"]) == ("item:settled", "user:anna", NOTE)
    assert list(verify_all(Tally())) == []


def test_it_is_reopened_as_it_was(anna: Actor) -> None:
    item = refused(Reason.PASSWORD_NEEDED)
    item_settle(anna, item, NOTE)
    item_reopen(anna, item)
    after = fresh(item)
    assert (after.state, after.reason, after.settled_at, after.settled_by, after.settled_note) == (
        ItemState.REFUSED, "password_needed", None, "", "",
    )  # fmt: skip
    assert list(InboxItem.objects.needing_help()) == [item]
    assert last_event(item).name == "item:reopened"
    assert list(verify_all(Tally())) == []


@pytest.mark.parametrize("note", ["", "   ", "\n\t"])
def test_without_a_word_nothing_is_ticked_off(anna: Actor, note: str) -> None:
    item = refused()
    with pytest.raises(NoteMissing):
        item_settle(anna, item, note)
    assert fresh(item).settled_at is None


def test_a_long_note_is_cut_and_half_characters_are_replaced(anna: Actor) -> None:
    item = refused()
    item_settle(anna, item, "\ud800" + "x" * 2000)
    assert len(fresh(item).settled_note) == LONGEST_NOTE


def test_two_people_at_once_settle_it_once(anna: Actor) -> None:
    item = refused()
    item_settle(anna, item, NOTE)
    with translation.override("de"), pytest.raises(NotPossible, match="schon als erledigt abgehakt"):
        item_settle(anna, item, "Werbung")
    assert fresh(item).settled_note == NOTE


def test_what_is_settled_is_reopened_before_anything_else_happens_to_it(anna: Actor) -> None:
    item = refused(Reason.NO_TEXT)
    assert item_actions(anna, item) == [ItemVerb.RETRY, ItemVerb.ACCEPT, ItemVerb.SETTLE]
    item_settle(anna, item, NOTE)
    assert item_actions(anna, fresh(item)) == [ItemVerb.REOPEN]
    for service in (item_retry, item_accept):
        with pytest.raises(NotPossible):
            service(anna, item)
    item_reopen(anna, item)
    assert item_retry(anna, item).state == ItemState.WAITING


def test_what_is_not_settled_cannot_be_reopened(anna: Actor) -> None:
    with translation.override("de"), pytest.raises(NotPossible, match="nicht abgehakt"):
        item_reopen(anna, refused())


def test_what_is_under_way_or_done_is_not_ticked_off(anna: Actor, tools: Tools) -> None:
    letter = hand_in(LETTER)
    with pytest.raises(NotPossible):
        item_settle(anna, letter, NOTE)
    with pytest.raises(NotPossible):
        item_settle(anna, worked(letter, tools), NOTE)


def test_who_may_only_read_ticks_nothing_off(scope: Scope, anna: Actor) -> None:
    archivist = actor_for(user_with(Role.ARCHIVIST, name="archivist", scope=scope))
    item = refused()
    assert item_actions(archivist, item) == []
    with pytest.raises(NotAllowed):
        item_settle(archivist, item, NOTE)
    item_settle(anna, item, NOTE)
    with pytest.raises(NotAllowed):
        item_reopen(archivist, item)


def test_the_database_knows_too_that_only_trouble_is_settled(scope: Scope) -> None:
    letter = hand_in(LETTER)
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        change(system_ingest(), Event.ITEM_ADVANCED, letter, chain=letter.chain) as opened,
    ):
        opened.target.settled_at = letter.received_at
        opened.save(opened.target)
