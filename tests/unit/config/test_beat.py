"""Regular work goes on when the clock jumps."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.beat import ScheduleEntry
from django.conf import settings

from config.beat import Steadily, SteadyScheduler
from config.celery import app

NOW = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)


def _schedule(seconds: float) -> Steadily:
    return Steadily(seconds, nowfun=lambda: NOW)


def test_what_ran_a_moment_ago_waits() -> None:
    assert not _schedule(5).is_due(NOW - timedelta(seconds=1)).is_due


def test_what_ran_long_enough_ago_is_due() -> None:
    assert _schedule(5).is_due(NOW - timedelta(seconds=6)).is_due


def test_what_ran_in_the_future_is_due_because_the_clock_jumped_back() -> None:
    due, following = _schedule(5).is_due(NOW + timedelta(days=2))
    assert due
    assert following == 5


class Town(Celery):
    """An app whose clock is ours."""

    of_day = NOW

    @classmethod
    def told(cls) -> datetime:
        return cls.of_day

    def now(self) -> datetime:
        return self.of_day


class CountedRuns(SteadyScheduler):
    """Counts the tasks that are due instead of sending them."""

    producer = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.runs: Counter[str] = Counter()
        super().__init__(*args, **kwargs)

    def apply_entry(self, entry: ScheduleEntry, producer: object = None) -> None:
        self.runs[entry.name] += 1


@pytest.mark.parametrize("jump", [timedelta(days=-3), timedelta(minutes=-40), timedelta(days=3)], ids=str)
def test_every_task_goes_on_after_the_clock_jumped(
    jump: timedelta, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Town, "of_day", NOW)
    town = Town(set_as_current=False)
    town.conf.result_expires = None  # or Celery adds a task of its own
    town.conf.beat_schedule = {
        name: {"task": name, "schedule": Steadily(seconds, nowfun=Town.told)}
        for name, seconds in [("letters", 5.0), ("index", 5.0), ("rights", 5.0), ("seal", 900.0)]
    }
    beat = CountedRuns(town, schedule_filename=str(tmp_path / "schedule"), max_interval=300)

    def run_for(seconds: float) -> None:
        end = Town.of_day + timedelta(seconds=seconds)
        while Town.of_day < end:
            Town.of_day += timedelta(seconds=max(beat.tick(), 0.01))

    run_for(60)
    beat.runs.clear()
    Town.of_day += jump
    run_for(60)

    beat.close()
    assert {name: runs > 10 for name, runs in beat.runs.items()} == {
        "letters": True,
        "index": True,
        "rights": True,
        "seal": False,
    }


def test_beat_is_started_with_our_scheduler() -> None:
    assert app.conf.beat_scheduler == "config.beat:SteadyScheduler"


def test_beat_calls_tasks_that_there_are() -> None:
    """By name, for it loads none of them."""
    app.loader.import_default_modules()
    called = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert called
    assert called <= set(app.tasks)
