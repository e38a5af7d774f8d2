"""How compounds are taken apart, with a small dictionary of the test's own."""

from __future__ import annotations

import pytest

from search.german.compounds import Splitter
from search.german.folding import fold

NOUNS = [
    "Grund",
    "Steuer",
    "Bescheid",
    "Amt",
    "Verwaltung",
    "Haus",
    "Halt",
    "Plan",
    "Schule",
    "Gebühr",
    "Abwasser",
    "Preis",
]


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Grundsteuerbescheid", ("grund", "steuer", "bescheid")),
        ("Grundsteuer", ("grund", "steuer")),
        ("Abwassergebühren", ("abwasser", "gebuhren")),
        ("Verwaltungsplan", ("verwaltung", "plan")),
        ("Schulamt", ("schule", "amt")),
        ("Verwaltung", ()),
        ("Steuerxyz", ()),
        ("Amt", ()),
        ("", ()),
    ],
)
def test_a_compound_is_taken_apart_only_when_all_of_it_are_nouns(word: str, parts: tuple[str, ...]) -> None:
    assert Splitter(NOUNS).parts(fold(word)) == parts


def test_without_a_dictionary_words_have_no_parts() -> None:
    assert Splitter([]).parts("grundsteuerbescheid") == ()


def test_a_very_long_run_of_letters_takes_no_time() -> None:
    assert Splitter(NOUNS).parts("haus" * 15 + "x" * 1000) == ()
    assert Splitter(NOUNS).parts("amt" * 19 + "xyz") == ()
