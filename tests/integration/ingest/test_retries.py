"""What a person does about a refused or stuck item: run it again, or take it as it is."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import translation
from PIL import Image

from dms.access.actors import Actor, actor_for
from dms.access.models import Scope
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.audit.lifecycle import NotPossible
from dms.audit.models import EventRow
from dms.records.models import Document, TextState
from ingest import pipeline
from ingest.models import InboxItem, ItemState, RangeRun, StepRun, Turn
from ingest.reasons import Reason
from ingest.retries import item_accept, item_retry
from ingest.steps.contract import Outcome, StepContext
from ingest.work.attempt import Tools
from ingest.work.outcomes import give_up, refuse
from tests.factories import item as hand_in
from tests.factories import refused, stuck, user_with
from tests.integration.ingest.working import LETTER, SetClock, fresh, run_of, sabotage, work, worked

pytestmark = pytest.mark.django_db
STEPS = [step.name for step in pipeline.PIPELINE]


@pytest.fixture
def anna(scope: Scope) -> Actor:
    return actor_for(user_with(Role.SCANNING, name="anna", scope=scope))


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the steps that are run from now on."""
    ran: list[str] = []
    for name in STEPS:
        run = run_of(name)

        def counting(context: StepContext, name: str = name, run: Callable[[StepContext], Outcome] = run) -> Outcome:
            ran.append(name)
            return run(context)

        sabotage(monkeypatch, name, counting)
    return ran


def test_a_stuck_item_goes_on_at_the_step_that_failed(
    tools: Tools, clock: SetClock, anna: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        sabotage(broken, "render", _raise)
        letter = hand_in(LETTER)
        for _ in range(3):
            work(tools)
            clock.forward(60)
    assert fresh(letter).state == ItemState.STUCK
    ran = counted(monkeypatch)
    again = item_retry(anna, fresh(letter))
    assert (again.state, again.step, again.reason, again.detail, again.finished_at) == (
        ItemState.WAITING, "render", "", "", None,
    )  # fmt: skip
    assert worked(letter, tools).state == ItemState.DONE
    assert ran == STEPS[STEPS.index("render") :]


def _raise(_: StepContext) -> Outcome:
    raise RuntimeError("the disk is on fire")


def test_a_stuck_item_has_all_its_tries_again(tools: Tools, clock: SetClock, anna: Actor) -> None:
    item = stuck()
    Turn.objects.filter(pk=item.pk).update(attempts=2, deaths=9, begun_at=clock.now(), not_before=clock.now())
    item_retry(anna, item)
    turn = Turn.objects.get(pk=item.pk)
    assert (turn.attempts, turn.deaths, turn.begun_at, turn.not_before) == (0, 0, None, None)


def test_a_refused_item_goes_through_all_steps_again(
    tools: Tools, anna: Actor, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = hand_in(LETTER)
    (store / letter.key).rename(store / "aside")
    assert worked(letter, tools).reason == Reason.ORIGINAL_DAMAGED.value
    (store / "aside").rename(store / letter.key)
    ran = counted(monkeypatch)
    again = item_retry(anna, fresh(letter))
    assert (again.state, again.step) == (ItemState.WAITING, STEPS[0])
    assert worked(letter, tools).state == ItemState.DONE
    assert ran == STEPS


def test_a_refused_item_forgets_what_its_steps_found_out(tools: Tools, clock: SetClock, anna: Actor) -> None:
    letter = hand_in(LETTER)
    StepRun.objects.create(item=letter, step="receive", started_at=clock.now(), ended_at=clock.now(), facts={})
    RangeRun.objects.create(item=letter, step="read_text", position=0, part=0, first=1, last=1, facts={})
    refuse(letter, Reason.DAMAGED_FILE, "", clock.now())
    item_retry(anna, fresh(letter))
    assert not StepRun.objects.filter(item=letter).exists()
    assert not RangeRun.objects.filter(item=letter).exists()


def test_what_counts_is_how_the_item_is_and_not_how_somebody_saw_it(tools: Tools, clock: SetClock, anna: Actor) -> None:
    """Her page still showed the refusal from before; meanwhile it was run again and got stuck further on."""
    letter = refused()
    item_retry(anna, letter)
    StepRun.objects.create(item=letter, step="receive", started_at=clock.now(), ended_at=clock.now(), facts={})
    give_up(fresh(letter), "somewhere", clock.now())
    assert letter.state == ItemState.REFUSED
    item_retry(anna, letter)
    assert StepRun.objects.filter(item=letter).count() == 1


@pytest.mark.parametrize("state", [ItemState.WAITING, ItemState.WORKING, ItemState.DONE])
def test_what_has_not_ended_badly_is_not_run_again(tools: Tools, anna: Actor, state: ItemState) -> None:
    item = _in_state(state, tools)
    events = EventRow.objects.count()
    for service in (item_retry, item_accept):
        with pytest.raises(NotPossible, match="nicht möglich"):
            service(anna, item)
    assert fresh(item).state == state
    assert EventRow.objects.count() == events


def _in_state(state: ItemState, tools: Tools) -> InboxItem:
    letter = hand_in(LETTER)
    if state == ItemState.DONE:
        return worked(letter, tools)
    if state == ItemState.WORKING:
        with pytest.MonkeyPatch.context() as broken:
            sabotage(broken, "unpack", _raise)
            work(tools)
    assert fresh(letter).state == state
    return fresh(letter)


def test_who_ran_it_again_stands_in_the_chain(anna: Actor) -> None:
    item = refused()
    item_retry(anna, item)
    event = EventRow.objects.filter(chain=item.chain).order_by("-number")[0]
    assert (event.name, event.actor) == ("item:retried", "user:anna")


def test_who_may_only_read_may_not_run_again(scope: Scope) -> None:
    archivist = actor_for(user_with(Role.ARCHIVIST, name="archivist", scope=scope))
    for service in (item_retry, item_accept):
        with pytest.raises(NotAllowed):
            service(archivist, refused(Reason.NO_TEXT))


# --- take it as it is ---------------------------------------------------------------------------------


def test_a_photo_is_taken_as_it_is(tools: Tools, anna: Actor) -> None:
    photo = hand_in(_photo(), "baustelle.jpg")
    without_text = worked(photo, tools)
    assert (without_text.state, without_text.reason) == (ItemState.REFUSED, Reason.NO_TEXT.value)
    item_accept(anna, without_text)
    done = worked(photo, tools)
    assert (done.state, done.accepts_missing_text) == (ItemState.DONE, True), done.detail
    document = Document.objects.get(item_id=photo.pk)
    assert document.text_state == TextState.NONE
    assert document.versions.get().page_count == 1


def _photo() -> bytes:
    picture = Image.linear_gradient("L").resize((600, 800))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", dpi=(100, 100))
    return buffer.getvalue()


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.NO_TEXT])
def test_nothing_else_than_missing_text_can_be_taken_as_it_is(anna: Actor, reason: Reason) -> None:
    item = refused(reason)
    with translation.override("de"), pytest.raises(NotPossible) as why:
        item_accept(anna, item)
    assert str(why.value) == "Das geht nur bei einem Eingang, in dem kein Text gefunden wurde."
    after = fresh(item)
    assert (after.state, after.reason, after.accepts_missing_text) == (ItemState.REFUSED, reason.value, False)


def test_a_stuck_item_cannot_be_taken_as_it_is(anna: Actor) -> None:
    item = stuck()
    with pytest.raises(NotPossible):
        item_accept(anna, item)
    assert fresh(item).state == ItemState.STUCK
