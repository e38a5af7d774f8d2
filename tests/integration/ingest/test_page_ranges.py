"""Long documents are read by several workers, page by page, and come back together exactly once."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, transaction
from PIL import Image, ImageDraw, ImageFont

from dms.access.actors import actor_for
from dms.access.permissions import Role
from dms.audit.models import EventRow
from dms.records.models import Document
from ingest import pipeline
from ingest.models import InboxItem, ItemState, RangeRun, Turn
from ingest.reasons import Reason
from ingest.retries import item_retry
from ingest.steps.contract import Done, Outcome, PageRange, Reject, Retry, StepContext
from ingest.work.attempt import Tools
from ingest.work.locks import try_lock
from ingest.work.outcomes import BACKOFF_SECONDS
from ingest.work.page_ranges import MOST_DEATHS, read_range
from ingest.work.pending import pending_items, pending_ranges
from ingest.work.runner import advance_item
from tests.factories import item as hand_in
from tests.factories import user_with
from tests.integration.ingest.working import (
    SetClock,
    WorkOnRange,
    fresh,
    in_processes,
    run_of,
    sabotage,
    work,
    worked,
)
from tests.unit.ingest.scans import scanned_pdf

pytestmark = pytest.mark.django_db
FONT = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 40)
WORDS = [
    "Antrag", "Bescheid", "Rechnung", "Widerspruch", "Satzung", "Protokoll",
    "Mahnung", "Zeugnis", "Vertrag", "Gutachten", "Einladung", "Bauplan",
]  # fmt: skip
Sabotage = pytest.MonkeyPatch


def scan_of(pages: int) -> bytes:
    """Slips of paper with two lines each, so that reading one takes a moment only."""
    return scanned_pdf([_slip(word) for word in WORDS[:pages]])


def _slip(word: str) -> Image.Image:
    picture = Image.new("L", (900, 300), 255)
    draw = ImageDraw.Draw(picture)
    draw.text((60, 60), f"Hier steht das Wort {word}.", font=FONT, fill=0)
    draw.text((60, 150), "Mit freundlichen Grüßen", font=FONT, fill=0)
    return picture


def real_reader() -> WorkOnRange:
    return pipeline.range_reader("read_text")


def quickly(_: StepContext, pages: PageRange) -> Outcome:
    """Stands for reading where a test is about who reads and not about what stands there."""
    return Done({"part": pages.part, "pages": [], "reading": {"first": pages.first, "last": pages.last}})


@pytest.fixture
def opened(tools: Tools) -> Callable[[int], InboxItem]:
    """A scan whose pages are up to all workers."""

    def hand(pages: int) -> InboxItem:
        item = hand_in(scan_of(pages), "scan.pdf")
        advance_item(item.pk, tools)
        assert len(pending_ranges(tools.clock)) == pages
        return fresh(item)

    return hand


@pytest.mark.django_db(transaction=True)
def test_twelve_pages_are_read_by_three_workers_and_come_back_once(
    opened: Callable[[int], InboxItem], tools: Tools, monkeypatch: Sabotage, tmp_path: Path
) -> None:
    letter = opened(12)
    read, joined = real_reader(), run_of("read_text")
    log = tmp_path / "log"

    def witnessed(context: StepContext, pages: PageRange) -> Outcome:
        with log.open("a") as stream:
            stream.write(f"page-{pages.first} worker-{os.getpid()}\n")
        return read(context, pages)

    def witnessed_join(context: StepContext) -> Outcome:
        with log.open("a") as stream:
            stream.write("joined\n")
        return joined(context)

    sabotage(monkeypatch, "read_text", witnessed_join, witnessed)
    assert in_processes(3, lambda: work(tools)) == [0, 0, 0]
    seen = Counter(log.read_text().split())
    assert seen.pop("joined") == 1
    workers = [name for name in seen if name.startswith("worker")]
    assert len(workers) == 3
    assert {name: seen[name] for name in seen if name not in workers} == {f"page-{n}": 1 for n in range(1, 13)}
    assert fresh(letter).state == ItemState.DONE, fresh(letter).detail
    version = Document.objects.get(item_id=letter.pk).versions.get()
    pages = version.pages.order_by("number")
    assert [word in page.page_text.text for word, page in zip(WORDS, pages, strict=True)] == [True] * 12


def test_the_item_itself_is_not_pending_while_its_pages_are_read(
    opened: Callable[[int], InboxItem], tools: Tools, monkeypatch: Sabotage
) -> None:
    letter = opened(3)
    sabotage(monkeypatch, "read_text", read_range=quickly)
    first, second, third = pending_ranges(tools.clock)
    for page in (second, third):
        assert read_range(page, tools)
        assert pending_items(tools.clock) == []
    read_range(first, tools)
    assert pending_items(tools.clock) == [letter.pk]
    facts = letter.range_runs.order_by("position").values_list("facts__reading__first", flat=True)
    assert list(facts) == [1, 2, 3]


def test_a_page_that_fails_is_tried_again_alone_and_the_others_go_on(
    opened: Callable[[int], InboxItem], tools: Tools, clock: SetClock, monkeypatch: Sabotage
) -> None:
    letter = opened(3)
    read: list[int] = []

    def second_fails(context: StepContext, pages: PageRange) -> Outcome:
        read.append(pages.first)
        if pages.first == 2 and read.count(2) <= len(BACKOFF_SECONDS):
            raise RuntimeError("a coffee stain")
        return quickly(context, pages)

    sabotage(monkeypatch, "read_text", read_range=second_fails)
    for seconds in BACKOFF_SECONDS:
        work(tools)
        clock.forward(seconds - 1)
        assert work(tools) == 0
        clock.forward(1)
    work(tools)
    assert Counter(read) == {1: 1, 2: 3, 3: 1}
    assert not RangeRun.objects.filter(item=letter, facts__isnull=True).exists()


def test_a_page_that_always_fails_makes_the_item_stuck_and_says_which(
    opened: Callable[[int], InboxItem], tools: Tools, clock: SetClock, monkeypatch: Sabotage
) -> None:
    letter = opened(3)
    with monkeypatch.context() as for_now:
        sabotage(for_now, "read_text", read_range=_failing_on(2))
        for _ in range(3):
            work(tools)
            clock.forward(60)
    stuck = fresh(letter)
    assert (stuck.state, stuck.step, stuck.reason) == (ItemState.STUCK, "read_text", Reason.UNEXPECTED.value)
    assert stuck.detail == "pages 2–2: RuntimeError: a coffee stain"
    assert (pending_items(clock), pending_ranges(clock)) == ([], [])
    read: list[int] = []

    def noted(context: StepContext, pages: PageRange) -> Outcome:
        read.append(pages.first)
        return quickly(context, pages)

    sabotage(monkeypatch, "read_text", lambda _: Retry(60, "enough for this test"), noted)
    item_retry(actor_for(user_with(Role.CLERK)), stuck)
    assert worked(letter, tools).state == ItemState.WAITING
    assert read == [2], "what was read before the fault is not read again"


def _failing_on(number: int) -> WorkOnRange:
    def failing(context: StepContext, pages: PageRange) -> Outcome:
        if pages.first == number:
            raise RuntimeError("a coffee stain")
        return quickly(context, pages)

    return failing


def test_an_item_ends_when_one_of_its_pages_is_refused(
    opened: Callable[[int], InboxItem], tools: Tools, monkeypatch: Sabotage
) -> None:
    letter = opened(3)
    sabotage(
        monkeypatch, "read_text",
        read_range=lambda context, pages: Reject(Reason.TOO_EXPENSIVE) if pages.first == 2 else quickly(context, pages),
    )  # fmt: skip
    refused = worked(letter, tools)
    assert (refused.state, refused.reason) == (ItemState.REFUSED, Reason.TOO_EXPENSIVE.value)
    assert (pending_items(tools.clock), pending_ranges(tools.clock)) == ([], [])
    assert not Turn.objects.get(pk=letter.pk).ranges_open


@pytest.mark.django_db(transaction=True)
def test_two_workers_who_refuse_two_pages_at_once_give_one_refusal(
    opened: Callable[[int], InboxItem], tools: Tools, monkeypatch: Sabotage
) -> None:
    letter = opened(2)
    both_read = threading.Barrier(2)

    def refusing(_: StepContext, pages: PageRange) -> Outcome:
        both_read.wait(timeout=20)
        return Reject(Reason.TOO_EXPENSIVE if pages.first == 1 else Reason.DAMAGED_FILE)

    sabotage(monkeypatch, "read_text", read_range=refusing)
    with ThreadPoolExecutor(2) as workers:
        assert list(workers.map(lambda page: _read_and_leave(page, tools), pending_ranges(tools.clock))) == [True, True]
    assert fresh(letter).state == ItemState.REFUSED
    assert EventRow.objects.filter(chain=letter.chain, name="item:refused").count() == 1


def _read_and_leave(page: UUID, tools: Tools) -> bool:
    try:
        return read_range(page, tools)
    finally:
        connection.close()


def test_news_of_a_page_from_before_the_item_was_begun_anew_is_ignored(
    opened: Callable[[int], InboxItem], tools: Tools, monkeypatch: Sabotage
) -> None:
    letter = opened(2)

    def much_later(_: StepContext, __: PageRange) -> Outcome:
        RangeRun.objects.filter(item=letter).delete()  # somebody refused it and had it run again meanwhile
        return Reject(Reason.DAMAGED_FILE)

    sabotage(monkeypatch, "read_text", read_range=much_later)
    read_range(pending_ranges(tools.clock)[0], tools)
    assert fresh(letter).state == ItemState.WORKING


def test_a_page_that_waits_for_the_store_is_not_read_before_its_time(
    opened: Callable[[int], InboxItem], tools: Tools, clock: SetClock, monkeypatch: Sabotage
) -> None:
    letter = opened(2)
    page = pending_ranges(clock)[0]
    sabotage(monkeypatch, "read_text", read_range=lambda *_: Retry(30, "away"))
    read_range(page, tools)
    sabotage(monkeypatch, "read_text", read_range=quickly)
    read_range(page, tools)  # another worker had looked it up before
    assert RangeRun.objects.get(pk=page).facts is None
    assert page not in pending_ranges(clock)
    clock.forward(30)
    assert page in pending_ranges(clock)
    work(tools)
    assert RangeRun.objects.get(pk=page).facts is not None
    assert letter.state == ItemState.WORKING


def test_a_single_page_is_read_on_the_spot_and_waits_like_any_other(
    tools: Tools, clock: SetClock, monkeypatch: Sabotage
) -> None:
    letter = hand_in(scan_of(1), "scan.pdf")
    answers = iter([Retry(30, "away")])
    read = real_reader()
    sabotage(monkeypatch, "read_text", read_range=lambda c, pages: next(answers, None) or read(c, pages))
    assert worked(letter, tools).state == ItemState.WORKING
    clock.forward(29)
    assert work(tools) == 0
    clock.forward(1)
    assert worked(letter, tools).state == ItemState.DONE


@pytest.mark.django_db(transaction=True)
def test_a_page_that_kills_its_workers_makes_the_item_stuck(
    opened: Callable[[int], InboxItem], tools: Tools, monkeypatch: Sabotage
) -> None:
    letter = opened(2)
    poison = pending_ranges(tools.clock)[0]
    with monkeypatch.context() as deadly:
        sabotage(deadly, "read_text", read_range=lambda *_: os._exit(9))
        for _ in range(MOST_DEATHS + 1):
            assert in_processes(1, lambda: read_range(poison, tools)) == [9]
            _wait_until_free(poison)
    read_range(poison, tools)
    stuck = fresh(letter)
    assert stuck.state == ItemState.STUCK
    assert stuck.detail == f"{MOST_DEATHS + 1} workers died at pages 1–1"


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_while_it_hands_the_item_back_loses_nothing(
    opened: Callable[[int], InboxItem], tools: Tools, monkeypatch: Sabotage
) -> None:
    """The last page is read, but the row that says so for the item is held by somebody else at this moment."""
    letter = opened(2)
    sabotage(monkeypatch, "read_text", read_range=quickly)
    first, last = pending_ranges(tools.clock)
    read_range(first, tools)
    go, tell = os.pipe()
    connection.close()
    worker = os.fork()
    if worker == 0:
        os.read(go, 1)
        read_range(last, tools)
        os._exit(0)
    with transaction.atomic():
        Turn.objects.select_for_update().get(pk=letter.pk)
        os.write(tell, b"x")
        _wait_until_somebody_waits()
        os.kill(worker, signal.SIGKILL)
        assert os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) == -signal.SIGKILL
    os.close(go)
    os.close(tell)
    _wait_until_free(last)
    assert len(pending_items(tools.clock)) + len(pending_ranges(tools.clock)) == 1, "somebody will go on with it"
    work(tools)
    assert not RangeRun.objects.filter(item=letter, facts__isnull=True).exists()
    assert not Turn.objects.get(pk=letter.pk).ranges_open


def _wait_until_free(range_id: UUID) -> None:
    """The server takes a moment to notice that a process is gone, and frees its lock then."""
    for _ in range(400):
        with try_lock(range_id) as free:
            if free:
                return
        time.sleep(0.05)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.pid, a.state, a.wait_event, a.backend_start, a.state_change, a.query, now()"
            " FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory'"
        )
        raise AssertionError(f"the lock of a dead worker is held for ever, by {cursor.fetchall()}")


def _wait_until_somebody_waits() -> None:
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if (cursor.fetchone() or [0])[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody came")
