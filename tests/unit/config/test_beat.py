"""Regular work goes on when the clock jumps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings

from config.beat import Steadily
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


def test_beat_calls_tasks_that_there_are() -> None:
    app.loader.import_default_modules()
    called = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert called
    assert called <= set(app.tasks)
