"""Who guesses passwords waits longer and longer; who mistypes hardly notices; nobody keeps somebody else out."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from dms.access.attempts import (
    FORGOTTEN_AFTER,
    FREE,
    LONGEST,
    STRANGE_BROWSER,
    attempt_begin,
    attempts_forget,
    attempts_tidy,
    wait_after,
)
from dms.access.models import LoginAttempts

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NO_WAIT = timedelta(0)


def fail(times: int, name: str = "anna", *, browser: str = STRANGE_BROWSER, at: datetime = NOW) -> timedelta:
    """The wait of the last one."""
    return [attempt_begin(name, browser, now=at) for _ in range(times)][-1]


@pytest.mark.django_db
def test_mistyping_a_few_times_costs_nothing() -> None:
    assert fail(FREE) == NO_WAIT
    assert fail(1) == timedelta(seconds=2)


@pytest.mark.django_db
def test_waits_grow_to_an_end_and_are_told_to_the_second() -> None:
    assert [wait_after(failed).total_seconds() for failed in (0, 4, 5, 6, 7)] == [0, 0, 2, 4, 8]
    assert wait_after(10**6) == LONGEST
    fail(FREE)
    assert attempt_begin("anna", STRANGE_BROWSER, now=NOW + timedelta(seconds=0.5)) == timedelta(seconds=1.5)
    assert attempt_begin("anna", STRANGE_BROWSER, now=NOW + timedelta(seconds=2)) == NO_WAIT


@pytest.mark.django_db
def test_attempts_while_one_has_to_wait_do_not_make_it_longer() -> None:
    fail(FREE)
    fail(50)
    assert attempt_begin("anna", STRANGE_BROWSER, now=NOW + timedelta(seconds=2)) == NO_WAIT


@pytest.mark.django_db
def test_a_night_of_guessing_stays_below_two_hundred_guesses() -> None:
    guesses, now = 0, NOW
    while now < NOW + FORGOTTEN_AFTER:
        wait = attempt_begin("anna", STRANGE_BROWSER, now=now)
        guesses += wait == NO_WAIT
        now += max(wait, timedelta(milliseconds=1))
    assert guesses < 200


@pytest.mark.django_db
def test_every_spelling_of_a_name_counts_as_the_same_and_other_people_do_not() -> None:
    for name in ("anna", " Anna\t", "ÄNNA", "ａｎｎａ", "an\N{SOFT HYPHEN}na"):
        fail(1, name)
    assert fail(1) > NO_WAIT
    assert fail(1, "bert") == NO_WAIT


@pytest.mark.django_db
def test_a_browser_that_is_known_to_the_account_is_not_kept_out_by_strangers() -> None:
    fail(FREE + 3)
    assert fail(FREE, browser="known") == NO_WAIT
    assert fail(1, browser="known") > NO_WAIT


@pytest.mark.django_db
def test_the_right_password_starts_afresh_and_a_day_without_attempts_too() -> None:
    fail(FREE + 1)
    attempts_forget("Anna", STRANGE_BROWSER)
    assert fail(FREE) == NO_WAIT
    assert fail(FREE, at=NOW + FORGOTTEN_AFTER + timedelta(seconds=1)) == NO_WAIT


@pytest.mark.django_db
def test_names_are_not_kept_and_old_rows_go() -> None:
    fail(1, "ein Kennwort im falschen Feld")
    assert "Kennwort" not in LoginAttempts.objects.get().account
    assert attempts_tidy(now=NOW + FORGOTTEN_AFTER) == 0
    assert attempts_tidy(now=NOW + FORGOTTEN_AFTER + timedelta(seconds=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_hundred_guesses_at_once_are_no_way_round() -> None:
    waits: list[timedelta] = []

    def guess() -> None:
        try:
            for _ in range(10):
                waits.append(attempt_begin("anna", STRANGE_BROWSER, now=NOW))  # noqa: PERF401 - also before a fault
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(waits) == 100
    assert waits.count(NO_WAIT) == FREE
