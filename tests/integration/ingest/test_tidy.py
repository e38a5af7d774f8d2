"""What killed workers left in the store goes; what any row knows, and every original, stays."""

from __future__ import annotations

import io
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from dms.access.actors import actor_for
from dms.access.models import Scope
from dms.access.permissions import Role
from dms.records.models import StoredObject
from ingest.models import InboxItem, ItemState, RangeRun
from ingest.retries import item_retry
from ingest.steps.contract import StepContext
from ingest.tasks import tidy
from ingest.work.attempt import Tools
from ingest.work.tidy import GRACE, WINDOW, tidy_item, tidy_objects
from ingest.work.workspace import fresh_key, item_prefix
from tests.factories import item as hand_in
from tests.factories import refused, stuck, user_with
from tests.integration.ingest.working import (
    LETTER,
    SetClock,
    Work,
    fresh,
    in_processes,
    objects_in,
    run_of,
    sabotage,
    work,
    worked,
)

pytestmark = pytest.mark.django_db


def leave_behind(item: InboxItem, tools: Tools, name: str = "page-0001.jpg") -> str:
    """What a worker stored that was killed before it could say so."""
    return tools.store.put(fresh_key(item_prefix(item.pk, item.received_at), name), io.BytesIO(b"half a page")).key


def after(clock: SetClock, passed: timedelta) -> None:
    clock.forward(passed.total_seconds())


@pytest.fixture
def done(tools: Tools) -> InboxItem:
    return worked(hand_in(LETTER), tools)


def test_strays_of_an_ended_item_go_and_everything_else_stays(
    done: InboxItem, tools: Tools, clock: SetClock, store: Path
) -> None:
    before = objects_in(store)
    strays = {leave_behind(done, tools) for _ in range(3)}
    assert objects_in(store) == before | strays
    after(clock, GRACE + timedelta(minutes=1))
    assert tidy_objects(tools) == 3
    assert objects_in(store) == before
    for key, sha256 in StoredObject.objects.values_list("key", "sha256"):
        tools.store.verify(key, sha256)
    assert tidy_objects(tools) == 0


def test_what_a_document_needs_stays_even_if_nothing_else_remembers_it(
    done: InboxItem, tools: Tools, clock: SetClock
) -> None:
    done.step_runs.all().delete()
    done.range_runs.all().delete()
    after(clock, GRACE + timedelta(minutes=1))
    tidy_objects(tools)
    objects = StoredObject.objects.values_list("key", "sha256")
    assert len(objects) > 1
    for key, sha256 in objects:
        tools.store.verify(key, sha256)


def test_nothing_is_touched_before_an_hour_and_after_two_days(done: InboxItem, tools: Tools, clock: SetClock) -> None:
    leave_behind(done, tools)
    after(clock, GRACE - timedelta(minutes=1))
    assert tidy_objects(tools) == 0, "its last worker may still be writing"
    after(clock, WINDOW)
    assert tidy_objects(tools) == 0, "an item is looked at for two days, not for ever"


def test_a_refused_item_keeps_its_original_and_what_its_steps_know(tools: Tools, clock: SetClock) -> None:
    item = refused()
    known = leave_behind(item, tools, "known.bin")
    facts = {"pages": [{"image": {"key": known, "sha256": "0" * 64}}]}
    RangeRun.objects.create(item=item, step="read_text", position=0, part=0, first=1, last=1, facts=facts)
    stray = leave_behind(item, tools)
    assert item.finished_at is not None
    clock.forward((item.finished_at - clock.now()).total_seconds())
    after(clock, GRACE + timedelta(minutes=1))
    assert tidy_objects(tools) == 1
    assert set(tools.store.keys(item_prefix(item.pk, item.received_at))) == {item.key, known}
    assert stray not in set(tools.store.keys())


def test_items_that_wait_work_or_are_stuck_are_left_alone(tools: Tools, clock: SetClock) -> None:
    items = [hand_in(LETTER), stuck()]
    strays = {leave_behind(item, tools) for item in items}
    after(clock, GRACE + timedelta(hours=2))
    assert tidy_objects(tools) == 0
    assert strays <= set(tools.store.keys())


def test_an_item_that_is_run_again_is_left_alone_from_that_moment(tools: Tools, clock: SetClock, scope: Scope) -> None:
    letter = hand_in(b"\x00\x01\x02\x03", "scan.bin")
    assert worked(letter, tools).state == ItemState.REFUSED
    after(clock, GRACE + timedelta(minutes=1))
    item_retry(actor_for(user_with(Role.CLERK, scope=scope)), fresh(letter))
    stray = leave_behind(letter, tools)
    assert tidy_objects(tools) == 0
    assert tidy_item(letter.pk, tools) == 0, "nor when it was looked up a moment before"
    assert stray in set(tools.store.keys())


def test_what_nobody_of_ours_wrote_is_left_alone(done: InboxItem, tools: Tools, clock: SetClock) -> None:
    foreign = tools.store.put("models/kinds-1.bin", io.BytesIO(b"a model")).key
    unknown = tools.store.put(f"{done.received_at:%Y/%m/%d}/of-another-database/original.pdf", io.BytesIO(b"x")).key
    after(clock, GRACE + timedelta(minutes=1))
    tidy_objects(tools)
    assert {foreign, unknown} <= set(tools.store.keys())


@pytest.mark.django_db(transaction=True)
def test_what_a_worker_left_that_died_while_it_rendered_is_found(
    tools: Tools, clock: SetClock, monkeypatch: pytest.MonkeyPatch, store: Path
) -> None:
    letter = hand_in(LETTER)
    real = run_of("render")
    with monkeypatch.context() as deadly:
        sabotage(deadly, "render", _dying_after(real))
        assert in_processes(1, lambda: work(tools)) == [9]
    assert worked(letter, tools).state == ItemState.DONE
    left = objects_in(store)
    after(clock, GRACE + timedelta(minutes=1))
    removed = tidy_objects(tools)
    assert removed >= 1
    assert len(objects_in(store)) == len(left) - removed
    for key, sha256 in StoredObject.objects.values_list("key", "sha256"):
        tools.store.verify(key, sha256)
    assert (store / letter.key).read_bytes() == LETTER


def _dying_after(run: Work) -> Work:
    def deadly(context: StepContext) -> NoReturn:
        run(context)
        os._exit(9)

    return deadly


def test_half_written_files_in_the_store_go_after_an_hour(tools: Tools, store: Path) -> None:
    old, young = store / ".unfinished" / "old", store / ".unfinished" / "young"
    for path in (old, young):
        path.write_bytes(b"half")
    hour_ago = time.time() - GRACE.total_seconds() - 60
    os.utime(old, (hour_ago, hour_ago))
    tidy()
    assert not old.exists()
    assert young.exists()
