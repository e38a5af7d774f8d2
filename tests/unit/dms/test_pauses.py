"""Nobody waits beyond the longest pause, whatever the clock said when work was put off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dms.pauses import LONGEST_PAUSE, is_due

NOW = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (None, True),
        (NOW - timedelta(seconds=1), True),
        (NOW, True),
        (NOW + timedelta(seconds=1), False),
        (NOW + LONGEST_PAUSE, False),
        (NOW + LONGEST_PAUSE + timedelta(seconds=1), True),
    ],
)
def test_put_off_work_is_due_at_its_moment_or_when_that_can_only_be_a_wrong_clock(moment: datetime, due: bool) -> None:
    assert is_due(moment, NOW) is due


def test_where_nothing_is_put_off_for_long_a_wrong_clock_is_seen_sooner() -> None:
    moment = NOW + timedelta(minutes=30)
    assert not is_due(moment, NOW)
    assert is_due(moment, NOW, timedelta(minutes=2))
