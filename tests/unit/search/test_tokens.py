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
        ("DE12 5001 0517\n0648 4898 90", ["DE12500105170648489890"]),
        ("DE12 5001 0517 06-\n48 4898 90", ["DE12500105170648489890"]),
        ("DE125001 05170648489890", ["DE12500105170648489890"]),
        ("DE12 5OO1 O517 O648 4898 9O", ["DE12500105170648489890"]),
        ("DE12 5001 0517 0648 4898 901", ["DE12", "5001", "0517", "0648", "4898", "901"]),
        ("es 24 Stunden dauerte es im Jahr", ["es", "24", "Stunden", "dauerte", "es", "im", "Jahr"]),
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
        ("2018 / 0335", {"#2018/335", "%20180335"}),
        ("3. März 2024", {"@2024-03-03"}),
        ("E-Mail", {"email", "=email"}),
        ("Haus und Hof", set()),
        ("1 2 3", set()),
        ("45 Kinder, 12, 13 und 14", set()),
    ],
)
def test_references_dates_and_hyphenated_words_also_stand_as_a_whole(text: str, lexemes: set[str]) -> None:
    assert wholes(text) == lexemes


def wholes(text: str) -> set[str]:
    return {lexeme for whole in analyse(text).wholes for lexeme in whole.lexemes}


@pytest.mark.parametrize(
    ("written", "lexeme"),
    [
        ("1.234,56", "$1234.56"),
        ("1234,56", "$1234.56"),
        ("1234.56", "$1234.56"),
        ("1 234,56 €", "$1234.56"),
        ("1'234.56", "$1234.56"),
        ("1,234.56", "$1234.56"),
        ("0,50", "$0.5"),
        ("0,5", "$0.5"),
        ("1.500,00", "=1500"),
        ("1.500,--", "=1500"),
        ("1.500", "=1500"),
        ("1 500 Euro", "=1500"),
        ("12.345.678", "=12345678"),
    ],
)
def test_a_number_is_the_same_however_it_is_punctuated(written: str, lexeme: str) -> None:
    assert lexeme in wholes(f"Summe {written} bis")


@pytest.mark.parametrize("written", ["3.4.2026", "03.04.2026", "3. April 2026", "2026-04-03", "3.4.26", "03. 04. 2026"])
def test_a_day_is_the_same_however_it_is_written(written: str) -> None:
    assert "@2026-04-03" in wholes(f"am {written} um")


@pytest.mark.parametrize("written", ["13.14.2026", "2026-14-03", "1.2.3.2026", "12.34"])
def test_not_every_row_of_figures_is_a_day(written: str) -> None:
    assert not any(lexeme.startswith("@") for lexeme in wholes(written))


@pytest.mark.parametrize(
    ("written", "lexeme"),
    [
        ("151/815/08156", "%15181508156"),
        ("151/815/\n08156", "%15181508156"),
        ("151815 08156", "%15181508156"),
        ("15181508156", "%15181508156"),
        ("0721 133-\n1234", "%07211331234"),
        ("(0721) 133-1234", "%07211331234"),
        ("+49 (0)721 133 1234", "%07211331234"),
        ("0049 721 1331234", "%07211331234"),
        ("73.8-\n7837/25", "%738783725"),
        ("73.8-7837\n/25", "#73/8/7837/25"),
    ],
)
def test_a_long_number_is_the_same_however_it_is_grouped_or_broken(written: str, lexeme: str) -> None:
    assert lexeme in wholes(f"Nr. {written}")


def test_a_table_of_numbers_does_not_become_long_numbers_without_end() -> None:
    table = "\n".join(" ".join(str(1000 + row * column) for column in range(12)) for row in range(50))
    assert len(analyse(table).wholes) == 0
