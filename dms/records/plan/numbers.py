"""Numbers of plan entries (Kennzeichen): which are possible, and how they are sorted."""

from __future__ import annotations

import re

LONGEST_NUMBER = 40
_POSSIBLE = re.compile(r"\w(?:[\w .,/()-]*[\w)])?")
_MOST_LETTERS = 4
_DIGITS = re.compile(r"\d+")


def clean_number(typed: str) -> str:
    """As it is stored, or empty when it can be none."""
    number = " ".join(typed.split())
    return number if len(number) <= LONGEST_NUMBER and _POSSIBLE.fullmatch(number) else ""


def looks_like_words(number: str) -> bool:
    """Whether a new number is none: without a figure it is a few letters, in one (A, PERS), never "abc falsch"."""
    letters = sum(map(str.isalpha, number))
    return not any(map(str.isdigit, number)) and (" " in number or letters > _MOST_LETTERS)


def sorting_key(number: str) -> str:
    """`0110` stands below `011` as in a decimal classification, `610.2` before `610.10`.

    The first run of digits is compared sign by sign, those behind a separator by their value.
    """
    first = _DIGITS.match(number)
    head = first.group() if first else ""
    tail = _DIGITS.sub(lambda run: run.group().zfill(10), number[len(head) :])
    return f"{head}{tail}"[:200]
