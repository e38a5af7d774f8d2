"""Where words begin and end, and which spellings are the same."""

from __future__ import annotations

import pytest

from search.german.analysis import analyse
from search.german.folding import fold
from search.german.tokens import tokenise


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Sehr geehrte Frau Müller,", ["Sehr", "geehrte", "Frau", "Müller"]),
        ("§ 12 Abs. 3a", ["12", "Abs", "3a"]),
        ("Än-\nderung", ["Änderung"]),
        ("Än- \n derung", ["Änderung"]),
        ("Ver-\nwal-\ntung", ["Verwaltung"]),
        ("Haupt-\nund Nebenstraßen", ["Haupt", "und", "Nebenstraßen"]),
        ("Baden-\nWürttemberg", ["Baden", "Württemberg"]),
        ("2018-\nund", ["2018", "und"]),
        ("DE12 5001 0517 0648 4898 90 und", ["DE12500105170648489890", "und"]),
        ("DE13 5001 0517 0648 4898 90", ["DE13", "5001", "0517", "0648", "4898", "90"]),
        ("_a_b_", ["a", "b"]),
        ("", []),
        ("()!? --", []),
    ],
)
def test_words_are_cut_as_a_reader_would(text: str, words: list[str]) -> None:
    assert [token.text for token in tokenise(text)] == words


@pytest.mark.parametrize(
    "spellings",
    [
        ("Müller", "Mueller", "Muller", "MÜLLER", "Mu\u0308ller"),
        ("Straße", "Strasse", "STRASSE", "STRAẞE"),
        ("Jäger", "Jaeger", "Jager"),
        ("Köln", "Koeln"),
        ("René", "Rene"),
        ("Grund\u00adsteuer", "Grundsteuer"),
    ],
)
def test_spellings_of_one_word_are_folded_to_one_form(spellings: tuple[str, ...]) -> None:
    assert len({fold(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(("one", "other"), [("Mauer", "Maur"), ("neue", "neu"), ("Quelle", "Qulle")])
def test_ue_after_a_vowel_or_q_is_no_umlaut(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("text", "lexemes"),
    [
        ("73.8-7837/25", {"#73/8/7837/25"}),
        ("2018 / 0335", {"#2018/335"}),
        ("3. März 2024", {"#3/3/2024"}),
        ("E-Mail", {"email", "=email"}),
        ("Haus und Hof", set()),
        ("1 2 3", set()),
    ],
)
def test_references_dates_and_hyphenated_words_also_stand_as_a_whole(text: str, lexemes: set[str]) -> None:
    assert {lexeme for whole in analyse(text).wholes for lexeme in whole.lexemes} == lexemes
