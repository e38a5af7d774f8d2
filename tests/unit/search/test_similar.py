"""Which words are taken for one another, misread or mistyped."""

from __future__ import annotations

import pytest

from search.german.analysis import know
from search.german.similar import near_lexemes, shapes_of


@pytest.mark.parametrize(
    ("read", "stood_there"),
    [("Gerneinde", "Gemeinde"), ("Geme1nde", "Gemeinde"), ("Ratlians", "Rathaus"), ("Wiclerspruch", "Widerspruch")],
)
def test_a_misread_word_looks_like_the_right_one(read: str, stood_there: str) -> None:
    assert shapes_of(know(read).form)[0] == shapes_of(know(stood_there).form)[0]


def test_a_word_of_the_dictionary_is_not_indexed_by_its_shape() -> None:
    assert know("Gerneinde").shapes
    for word in ("Gemeinde", "Grundsteuerbescheides", "besichtigt"):
        assert know(word).shapes == (), word


@pytest.mark.parametrize("word", ["20170461", "DE12500105170648489890", "und", "Haus", "würde"])
def test_numbers_small_and_short_words_are_like_nothing(word: str) -> None:
    assert shapes_of(know(word).form) == near_lexemes(know(word)) == ()


def test_a_mistyped_word_may_have_been_meant_for_any_word_a_slip_away_but_begins_alike() -> None:
    near = near_lexemes(know("Bewiligung"))
    assert know("Bewilligung").main in near
    assert {lexeme.lstrip("?~")[0] for lexeme in near} == {"b"}
    assert len(near) == len(set(near)) < 2_000
