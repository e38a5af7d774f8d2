"""Which words are boxed on the picture of a page."""

from __future__ import annotations

import pytest

from dms.pages import Box, PageText, Word
from search.highlight import find_boxes


def page(text: str) -> PageText:
    """Each word has a box whose x is its number in the line and whose y is the number of the line."""
    return PageText(
        tuple(
            tuple(Word(word, Box(x, y, x + 1, y + 1)) for x, word in enumerate(line.split()))
            for y, line in enumerate(text.split("\n"))
        )
    )


def boxed(text: str, typed: str) -> list[str]:
    """The boxed words, one string per find."""
    on_page = page(text)
    words = {(p.word.box.x0, p.word.box.y0): p.word.text for p in on_page.placed_words()}
    return [" ".join(words[box.x0, box.y0] for box in group) for group in find_boxes(on_page, typed)]


@pytest.mark.parametrize(
    ("text", "typed", "expected"),
    [
        ("Frau Müller, hier", "mueller", ["Müller,"]),
        ("die Häuser und das Haus", "Haus", ["Häuser", "Haus"]),
        ("ein Gebührenbescheid kam", "Gebühr", ["Gebührenbescheid"]),
        ("in der Großen\nStraße 5", '"große Straße"', ["Großen Straße"]),
        ("Straße und große Häuser", '"große Straße"', []),
        ("wegen der Grund-\nsteuer bitten", "Grundsteuer", ["Grund- steuer"]),
        ("wegen der Grund-\nsteuer bitten", "Steuer", ["Grund- steuer"]),
        ("Konto DE12 5001 0517 0648 4898 90 bei", "DE12500105170648489890", ["DE12 5001 0517 0648 4898 90"]),
        ("Konto DE12 5001 0517\n0648 4898 90 bei", "DE12500105170648489890", ["DE12 5001 0517 0648 4898 90"]),
        ("Az. 73.8-7837/25 vom", "73-8-7837-25", ["73.8-7837/25"]),
        ("StNr. 151/815/\n08156 vom", "15181508156", ["151/815/ 08156"]),
        ("über 1.234,56 EUR zahlbar", "1234,56", ["1.234,56"]),
        ("am 3. März 2024 kam", "2024-03-03", ["3. März 2024"]),
        ("Vorlage 2018 / 335 vom", "2018/0335", ["2018 335"]),
        ("am 3. März 2024 kam", "03.03.2024", ["3. März 2024"]),
        ("Gebührenordnung und Abgabe", "gebühr*", ["Gebührenordnung"]),
        ("Haus und Hof", "Hof -Haus", ["Hof"]),
        ("Haus und Hof", "", []),
        ("Haus und Hof", "(", []),
        ("Haus und Hof", "Garten", []),
        ("", "Haus", []),
        ("der Bescheid über die Steuer", "Steuerbescheid", ["Bescheid Steuer"]),
        ("die Bewiligung wurde", "Bewilligung", ["Bewiligung"]),
        ("Vorlage 2017/0461", "2017/0460", []),
    ],
)  # fmt: skip
def test_exactly_what_was_found_is_boxed(text: str, typed: str, expected: list[str]) -> None:
    assert boxed(text, typed) == expected


def test_words_of_a_found_phrase_are_not_boxed_twice() -> None:
    assert boxed("Große Straße und Straße", '"Große Straße" Straße') == ["Große Straße", "Straße"]


def test_several_words_are_boxed_each() -> None:
    assert boxed("Haus am Hof mit Haus", "Hof Haus") == ["Haus", "Hof", "Haus"]
