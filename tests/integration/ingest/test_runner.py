"""Workers take every item through each step exactly once, whatever the step, the store or the worker does."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from dms.audit.models import EventRow
from dms.audit.verify import Tally, verify_all
from dms.records.models import Document, StoredObject
from ingest import pipeline
from ingest.models import InboxItem, ItemState, Turn
from ingest.reasons import Reason
from ingest.steps.contract import Done, ObjectRole, Outcome, Reject, Retry, StepContext
from ingest.work.attempt import STORE_RETRY_SECONDS, Tools
from ingest.work.outcomes import BACKOFF_SECONDS
from ingest.work.page_ranges import MOST_DEATHS
from ingest.work.runner import TOGETHER, advance_item
from ingest.work.storable import storable
from ingest.work.tools import chosen_tools
from tests.factories import item as hand_in
from tests.integration.ingest.working import (
    LETTER,
    SetClock,
    fresh,
    in_processes,
    run_of,
    sabotage,
    work,
    worked,
)

pytestmark = pytest.mark.django_db
STEPS = [step.name for step in pipeline.PIPELINE]
Sabotage = pytest.MonkeyPatch


def failing_times(times: int, run: Callable[[StepContext], Outcome]) -> Callable[[StepContext], Outcome]:
    left = iter(range(times))

    def sometimes(context: StepContext) -> Outcome:
        if next(left, None) is not None:
            raise RuntimeError("the roof leaks \0 in \udcdf")
        return run(context)

    return sometimes


# --- the ordinary way --------------------------------------------------------------------------------


def test_a_letter_goes_through_every_step_and_is_one_document(tools: Tools, store: Path) -> None:
    done = worked(hand_in(LETTER), tools)
    assert (done.state, done.reason, done.step) == (ItemState.DONE, "", STEPS[-1])
    assert list(done.step_runs.order_by("pk").values_list("step", flat=True)) == STEPS
    document = Document.objects.get(item_id=done.pk)
    assert "Anwohnerparkausweis" in document.versions.get().pages.get().page_text.text
    assert (store / done.key).read_bytes() == LETTER
    assert list(verify_all(Tally())) == []


def steps_told(letter: InboxItem) -> list[tuple[str, list[str]]]:
    """What each event of its chain tells of, after the first, which is that it came in."""
    events = EventRow.objects.filter(chain=letter.chain).order_by("number")[1:]
    return [(event.name, json.loads(event.body)["facts"]["steps"]) for event in events]


def test_quick_steps_stand_in_the_chain_together_each_once_and_in_order(tools: Tools) -> None:
    assert steps_told(worked(hand_in(LETTER), tools)) == [("item:done", STEPS)]


def test_slow_steps_are_committed_as_soon_as_they_are_done(
    tools: Tools, clock: SetClock, monkeypatch: Sabotage
) -> None:
    for name in STEPS:
        run = run_of(name)

        def slow(context: StepContext, run: Callable[[StepContext], Outcome] = run) -> Outcome:
            clock.forward(TOGETHER.total_seconds())
            return run(context)

        sabotage(monkeypatch, name, slow)
    told = steps_told(worked(hand_in(LETTER), tools))
    assert told == [*(("item:advanced", [name]) for name in STEPS[:-1]), ("item:done", STEPS[-1:])]


@pytest.mark.django_db(transaction=True)
def test_four_workers_who_want_the_same_items_do_each_step_once(scope: object, tmp_path: Path) -> None:
    letters = [hand_in(LETTER + str(number).encode()) for number in range(2)]
    ids = [letter.pk for letter in letters]
    log = tmp_path / "runs"

    def everything() -> None:
        tools = chosen_tools()
        while not all(advance_item(pk, tools) for pk in ids):
            pass

    with pytest.MonkeyPatch.context() as monkeypatch:
        assert in_processes(4, lambda: _with_witness(monkeypatch, log, everything)) == [0, 0, 0, 0]
    for letter in letters:
        assert fresh(letter).state == ItemState.DONE
        assert sorted(letter.step_runs.values_list("step", flat=True)) == sorted(STEPS)
        assert Document.objects.filter(item_id=letter.pk).count() == 1
    assert Counter(log.read_text().split()) == dict.fromkeys((f"{pk}:{name}" for pk in ids for name in STEPS), 1)


def _with_witness(monkeypatch: pytest.MonkeyPatch, log: Path, job: Callable[[], object]) -> None:
    """Every step writes down that it ran, and for whom."""
    for name in STEPS:
        run = run_of(name)

        def witnessed(context: StepContext, name: str = name, run: Callable[[StepContext], Outcome] = run) -> Outcome:
            _write_down(log, f"{context.item.id}:{name}")
            return run(context)

        sabotage(monkeypatch, name, witnessed)
    job()


def _write_down(log: Path, line: str) -> None:
    with log.open("a") as stream:
        stream.write(line + "\n")


def test_an_item_that_has_ended_is_left_alone(tools: Tools) -> None:
    done = worked(hand_in(LETTER), tools)
    events = EventRow.objects.count()
    assert advance_item(done.pk, tools)
    assert EventRow.objects.count() == events
    assert Document.objects.filter(item_id=done.pk).count() == 1


# --- faults of a step ----------------------------------------------------------------------------------


def test_a_step_that_fails_is_tried_again_later_each_time_and_then_a_person_is_asked(
    tools: Tools, clock: SetClock, monkeypatch: Sabotage
) -> None:
    sabotage(monkeypatch, "render", failing_times(99, run_of("render")))
    letter = hand_in(LETTER)
    for seconds in BACKOFF_SECONDS:
        assert worked(letter, tools).state == ItemState.WORKING
        assert "RuntimeError: the roof leaks � in �" in letter.turn.__class__.objects.get(pk=letter.pk).note
        clock.forward(seconds - 1)
        assert work(tools) == 0, "too early"
        clock.forward(1)
    stuck = worked(letter, tools)
    assert (stuck.state, stuck.step, stuck.reason) == (ItemState.STUCK, "render", Reason.UNEXPECTED.value)
    assert stuck.detail == "render: RuntimeError: the roof leaks � in �"
    assert stuck.finished_at is not None
    assert work(tools) == 0


def test_a_step_that_fails_twice_and_then_goes_well_leaves_no_trace_in_the_result(
    tools: Tools, clock: SetClock, monkeypatch: Sabotage
) -> None:
    sabotage(monkeypatch, "unpack", failing_times(2, run_of("unpack")))
    letter = hand_in(LETTER)
    for seconds in BACKOFF_SECONDS:
        work(tools)
        clock.forward(seconds)
    assert worked(letter, tools).state == ItemState.DONE
    turn = Turn.objects.get(pk=letter.pk)
    assert (turn.attempts, turn.deaths, turn.note, turn.begun_at) == (0, 0, "", None)


def test_facts_that_cannot_be_written_down_are_a_fault_of_the_step(
    tools: Tools, clock: SetClock, monkeypatch: Sabotage
) -> None:
    sabotage(monkeypatch, "identify_format", lambda _: Done({"found": {1, 2}}))
    letter, other = hand_in(LETTER), hand_in(LETTER)
    for _ in range(3):
        work(tools)
        clock.forward(60)
    assert {fresh(letter).state, fresh(other).state} == {ItemState.STUCK}
    assert fresh(letter).detail.startswith("identify_format: TypeError")


def test_planning_the_pages_may_fail_like_any_other_work(tools: Tools, clock: SetClock, monkeypatch: Sabotage) -> None:
    sabotage(monkeypatch, "inspect", lambda _: Done({}))  # read_text finds no parts to plan
    letter, other = hand_in(LETTER), hand_in(b"\xff\xd8 no picture", "bild.txt")
    work(tools)
    assert fresh(other).state != ItemState.WAITING, "an item that fails holds up nobody"
    for _ in range(3):
        clock.forward(60)
        work(tools)
    assert fresh(letter).state == ItemState.STUCK
    assert fresh(letter).detail == "read_text: KeyError: 'parts'"


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_registered_is_stuck_with_the_cause_and_holds_up_nobody(
    tools: Tools, clock: SetClock, monkeypatch: Sabotage
) -> None:
    """A model that knows a kind of document which the town has not: the database says so only at the commit."""
    real = run_of("classify")
    unknown = {"parts": [{"part": 0, "type": "no such kind", "confidence": 0.9, "because": []}]}
    letter, other = hand_in(LETTER), hand_in(LETTER)
    choice = {str(letter.pk): lambda _: Done(unknown)}
    sabotage(monkeypatch, "classify", lambda context: choice.get(context.item.id, real)(context))
    for _ in range(4):
        work(tools)
        clock.forward(60)
    assert fresh(letter).state == ItemState.STUCK
    assert fresh(letter).detail.startswith("register: IntegrityError")
    assert fresh(other).state == ItemState.DONE
    assert not Document.objects.filter(item_id=letter.pk).exists()


def test_text_of_any_kind_reaches_the_database(tools: Tools, monkeypatch: Sabotage) -> None:
    nasty = {"part": 0, "title": "Antrag\0 \udcdf \ud83d", "sender": "\0" * 400, "letter_date": None}
    sabotage(monkeypatch, "extract", lambda _: Done({"parts": [nasty], "nan": float("nan")}))
    done = worked(hand_in(LETTER), tools)
    assert done.state == ItemState.DONE, done.detail
    document = Document.objects.get(item_id=done.pk)
    assert document.title == storable(nasty["title"])
    assert len(document.sender) == 300


def test_a_refusal_with_an_unprintable_detail_is_a_refusal(tools: Tools, monkeypatch: Sabotage) -> None:
    sabotage(monkeypatch, "unpack", lambda _: Reject(Reason.DAMAGED_FILE, "bad\0 \udcdf" + "x" * 9000))
    refused = worked(hand_in(LETTER), tools)
    assert (refused.state, refused.reason) == (ItemState.REFUSED, "damaged_file")
    assert refused.detail.startswith("bad� �xxx")


def test_a_retry_waits_its_time_and_costs_no_attempt(tools: Tools, clock: SetClock, monkeypatch: Sabotage) -> None:
    answers = iter([Retry(90, "scanner away\0")] * 5)
    real = run_of("check_malware")
    sabotage(monkeypatch, "check_malware", lambda context: next(answers, None) or real(context))
    letter = hand_in(LETTER)
    for _ in range(5):
        assert worked(letter, tools).state == ItemState.WORKING
        assert Turn.objects.get(pk=letter.pk).note == "scanner away�"
        clock.forward(89)
        assert work(tools) == 0
        clock.forward(1)
    assert worked(letter, tools).state == ItemState.DONE


# --- the store -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["receive", "unpack", "read_text", "register"])
def test_while_the_store_is_away_the_item_waits_and_then_goes_on(
    tools: Tools, clock: SetClock, store: Path, monkeypatch: Sabotage, before: str
) -> None:
    real = run_of(before)

    def unplug_first(context: StepContext) -> Outcome:
        if store.exists() and not store.with_name("was away").exists():
            store.rename(store.with_name("unplugged"))
            store.with_name("was away").touch()
        return real(context)

    sabotage(monkeypatch, before, unplug_first)
    letter = hand_in(LETTER)
    for _ in range(20):  # much longer than any backoff after faults
        assert worked(letter, tools).state in {ItemState.WAITING, ItemState.WORKING}
        clock.forward(60)
    assert not store.exists()
    store.with_name("unplugged").rename(store)
    clock.forward(STORE_RETRY_SECONDS)
    done = worked(letter, tools)
    assert (done.state, done.reason) == (ItemState.DONE, ""), done.detail
    assert Document.objects.filter(item_id=letter.pk).count() == 1


def test_an_original_that_was_damaged_in_the_store_is_refused_in_plain_words(tools: Tools, store: Path) -> None:
    letter = hand_in(LETTER)
    (store / letter.key).chmod(0o640)
    (store / letter.key).write_bytes(LETTER.replace(b"Herren", b"Harren"))
    refused = worked(letter, tools)
    assert (refused.state, refused.reason) == (ItemState.REFUSED, Reason.ORIGINAL_DAMAGED.value)


def test_an_original_that_is_lost_from_the_store_is_refused_too(tools: Tools, store: Path) -> None:
    letter = hand_in(LETTER)
    (store / letter.key).unlink()
    assert worked(letter, tools).reason == Reason.ORIGINAL_DAMAGED.value


def test_a_rendition_that_is_damaged_before_it_is_registered_stops_the_item(
    tools: Tools, clock: SetClock, store: Path, monkeypatch: Sabotage
) -> None:
    def spoil(context: StepContext) -> Outcome:
        [reading] = context.facts["read_text"]["parts"][0]["readings"]
        (store / reading["key"]).chmod(0o640)
        (store / reading["key"]).write_bytes(b"nothing")
        return run(context)

    run = run_of("classify")
    sabotage(monkeypatch, "classify", spoil)
    letter = hand_in(LETTER)
    for _ in range(4):
        work(tools)
        clock.forward(60)
    assert fresh(letter).state == ItemState.STUCK
    assert "ObjectDamaged" in fresh(letter).detail
    assert not Document.objects.exists()


# --- dying workers --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["receive", "render"])
def test_a_letter_that_kills_its_workers_is_put_aside_after_ten_of_them(
    tools: Tools, monkeypatch: Sabotage, name: str
) -> None:
    sabotage(monkeypatch, name, lambda _: os._exit(9))
    poison = hand_in(LETTER)
    for _ in range(MOST_DEATHS + 1):
        assert in_processes(1, lambda: advance_item(poison.pk, tools)) == [9]
    healthy = hand_in(LETTER)
    monkeypatch.undo()
    stuck = worked(poison, tools)
    assert (stuck.state, stuck.step, stuck.reason) == (ItemState.STUCK, name, Reason.UNEXPECTED.value)
    assert stuck.detail == f"{MOST_DEATHS + 1} workers died at step {name}"
    assert fresh(healthy).state == ItemState.DONE


@pytest.mark.django_db(transaction=True)
def test_workers_that_were_killed_a_few_times_at_every_step_lose_nothing(
    tools: Tools, monkeypatch: Sabotage, tmp_path: Path
) -> None:
    for name in STEPS:
        sabotage(monkeypatch, name, _deadly_once(tmp_path / name, run_of(name)))
    letter = hand_in(LETTER)
    ends = [in_processes(1, lambda: advance_item(letter.pk, tools))[0] for _ in range(len(STEPS) + 1)]
    assert ends == [9] * len(STEPS) + [0]
    assert fresh(letter).state == ItemState.DONE
    assert sorted(letter.step_runs.values_list("step", flat=True)) == sorted(STEPS)
    assert Document.objects.filter(item_id=letter.pk).count() == 1


def _deadly_once(mark: Path, run: Callable[[StepContext], Outcome]) -> Callable[[StepContext], Outcome]:
    """Does its work, and dies before anybody hears of it, the first time."""

    def deadly(context: StepContext) -> Outcome:
        outcome = run(context)
        if not mark.exists():
            mark.touch()
            os._exit(9)
        return outcome

    return deadly


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_held_is_free_at_once(tools: Tools, monkeypatch: Sabotage) -> None:
    letter = hand_in(LETTER)
    with monkeypatch.context() as once:
        sabotage(once, "unpack", lambda _: os._exit(9))
        in_processes(1, lambda: advance_item(letter.pk, tools))
    assert advance_item(letter.pk, tools)
    assert fresh(letter).state == ItemState.DONE


# --- what is registered -----------------------------------------------------------------------------------


def mail_with_three_attachments() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "erika@example.org", "rathaus@example.org", "Antrag mit Anlagen"
    mail.set_content("Guten Tag,\n\nanbei drei Anlagen zu meinem Antrag.\n")
    for number in (1, 2, 3):
        mail.add_attachment(f"Anlage {number} zum Antrag auf Wohngeld.\n", filename=f"Anlage {number}.txt")
    return mail.as_bytes()


def test_a_mail_with_three_attachments_is_four_documents_in_order(tools: Tools) -> None:
    done = worked(hand_in(mail_with_three_attachments(), "mail.eml"), tools)
    assert done.state == ItemState.DONE, done.detail
    mail, *attachments = Document.objects.filter(item_id=done.pk).order_by("part")
    assert (mail.parent, mail.part, mail.filename) == (None, 0, "mail.eml")
    assert [(one.parent_id, one.part, one.filename) for one in attachments] == [
        (mail.pk, number, f"Anlage {number}.txt") for number in (1, 2, 3)
    ]
    for number, one in enumerate(attachments, start=1):
        assert f"Anlage {number} zum Antrag" in one.versions.get().pages.get().page_text.text
        original = StoredObject.objects.get(version__document=one, role=ObjectRole.ORIGINAL.value)
        assert original.key != done.key


def test_every_registered_object_is_in_the_store_bit_for_bit(tools: Tools) -> None:
    done = worked(hand_in(mail_with_three_attachments(), "mail.eml"), tools)
    registered = StoredObject.objects.filter(version__document__item_id=done.pk).values_list("key", "sha256")
    assert len(registered) >= 4 + 3  # four originals, and at least something that was made of each attachment
    for key, sha256 in registered:
        tools.store.verify(key, sha256)
