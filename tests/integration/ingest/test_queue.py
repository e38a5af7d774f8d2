"""Who is next: the oldest that is free and whose time has come; letters and pages of long documents take turns."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from dms.access.models import Scope
from ingest.models import InboxItem, ItemState, RangeRun, Turn
from ingest.steps.contract import Done, Outcome, PageRange, Retry, StepContext
from ingest.work.attempt import Tools
from ingest.work.locks import try_lock
from ingest.work.outcomes import give_up
from ingest.work.pending import LOOK_AHEAD, pending_items, pending_ranges
from ingest.work.queue import work_until_done
from tests.factories import item as hand_in
from tests.factories import refused, stuck
from tests.integration.ingest.working import LETTER, SetClock, fresh, sabotage, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was worked on, in this order: items by name, pages by number. The work itself is left out."""
    done: list[str] = []

    def item(context: StepContext) -> Outcome:
        done.append(context.item.filename)
        return Retry(60, "enough for today")

    def page(_: StepContext, pages: PageRange) -> Outcome:
        done.append(f"page {pages.first}")
        return Done({})

    sabotage(monkeypatch, "receive", item)
    sabotage(monkeypatch, "read_text", read_range=page)
    return done


def long_document(pages: int, clock: SetClock) -> InboxItem:
    """One whose pages are up to all workers."""
    item = hand_in(LETTER, "long.pdf", at=clock.now() - timedelta(hours=1))
    Turn.objects.filter(pk=item.pk).update(ranges_open=True)
    RangeRun.objects.bulk_create(
        RangeRun(item=item, step="read_text", position=n, part=0, first=n, last=n) for n in range(1, pages + 1)
    )
    return item


def test_the_oldest_letter_is_first(tools: Tools, clock: SetClock, order: list[str]) -> None:
    for hours in (2, 3, 1):
        hand_in(LETTER, f"{hours} hours old", at=clock.now() - timedelta(hours=hours))
    work(tools)
    assert order == ["3 hours old", "2 hours old", "1 hours old"]


def test_letters_and_pages_take_turns(tools: Tools, clock: SetClock, order: list[str]) -> None:
    long_document(4, clock)
    for number in range(3):
        hand_in(LETTER, f"letter {number}", at=clock.now() - timedelta(minutes=30 - number))
    work_until_done(tools, may_go_on=_times(6))
    assert order == ["letter 0", "page 1", "letter 1", "page 2", "letter 2", "page 3"]


def test_with_pages_only_or_letters_only_nobody_waits_for_the_other(
    tools: Tools, clock: SetClock, order: list[str]
) -> None:
    long_document(3, clock)
    work_until_done(tools, may_go_on=_times(3))
    assert order == ["page 1", "page 2", "page 3"]


def _times(times: int) -> Callable[[], bool]:
    left = iter(range(times))
    return lambda: next(left, None) is not None


def test_a_worker_stops_when_it_is_told_to(tools: Tools, order: list[str]) -> None:
    for number in range(3):
        hand_in(LETTER, f"letter {number}")
    assert work_until_done(tools, may_go_on=_times(2)) == 2
    assert len(order) == 2


def test_what_has_to_wait_is_passed_over_until_its_time(tools: Tools, clock: SetClock, order: list[str]) -> None:
    waiting, ready = hand_in(LETTER, "waiting"), hand_in(LETTER, "ready")
    Turn.objects.filter(pk=waiting.pk).update(not_before=clock.now() + timedelta(seconds=30))
    assert pending_items(clock) == [ready.pk]
    work(tools)
    assert order == ["ready"]
    clock.forward(30)
    work(tools)
    assert order == ["ready", "waiting"]


def test_a_page_that_has_to_wait_is_passed_over_too(tools: Tools, clock: SetClock, order: list[str]) -> None:
    long = long_document(2, clock)
    RangeRun.objects.filter(item=long, first=1).update(not_before=clock.now() + timedelta(seconds=30))
    work_until_done(tools, may_go_on=_times(1))
    assert order == ["page 2"]


def test_what_has_ended_is_not_pending(tools: Tools, clock: SetClock) -> None:
    refused()
    stuck()
    ended = long_document(2, clock)
    give_up(ended, "a test says so", clock.now())
    assert (pending_items(clock), pending_ranges(clock)) == ([], [])


def test_an_item_that_begins_counts_as_pending_until_it_ends(tools: Tools, clock: SetClock) -> None:
    letter = hand_in(LETTER)
    with pytest.MonkeyPatch.context() as patch:
        sabotage(patch, "unpack", lambda _: Retry(5, "later"))
        work(tools)
    assert fresh(letter).state == ItemState.WORKING
    assert pending_items(clock) == []
    clock.forward(5)
    assert pending_items(clock) == [letter.pk]


@pytest.mark.django_db(transaction=True)
def test_what_another_worker_holds_is_passed_over(tools: Tools, clock: SetClock, order: list[str]) -> None:
    held, free = hand_in(LETTER, "held"), hand_in(LETTER, "free")
    long = long_document(2, clock)
    page = long.range_runs.get(first=1)
    with_locks, done = threading.Event(), threading.Event()

    def hold() -> None:
        with try_lock(held.pk) as one, try_lock(page.pk) as other:
            assert one
            assert other
            with_locks.set()
            done.wait(timeout=20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert with_locks.wait(timeout=20)
    work_until_done(tools, may_go_on=_times(2))
    assert order == ["free", "page 2"]
    assert work(tools) == 0, "nothing is free, so the worker rests"
    done.set()
    holder.join()
    work_until_done(tools, may_go_on=_times(2))
    assert order == ["free", "page 2", "held", "page 1"]
    assert free.pk != held.pk


def test_a_thousand_letters_are_not_looked_up_for_each_turn(scope: Scope, clock: SetClock) -> None:
    for _ in range(LOOK_AHEAD + 5):
        hand_in(LETTER)
    assert len(pending_items(clock)) == LOOK_AHEAD
