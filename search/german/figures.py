"""What figures mean, however they are written: days, amounts, and long numbers in groups or broken over lines."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from search.german.folding import fold
from search.german.lexemes import AMOUNT, COMPACT, DAY, FORM, MAX_LEXEME, Token, Whole

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar jan jänner", "februar feb", "märz mrz", "april apr", "mai", "juni jun", "juli jul", "august aug",
            "september sep sept", "oktober okt", "november nov", "dezember dez",
        ),
        start=1,
    )
    for name in map(fold, names.split())
}  # fmt: skip
_DAY_FIRST = re.compile(r"(?<![\w.])([0-3]?\d)\. ?([01]?\d)\. ?(\d{4}|\d{2})(?!\w)", re.ASCII)
_YEAR_FIRST = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])", re.ASCII)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_THIS_CENTURY = 50
"""Years in two digits: 26 is 2026, 87 is 1987."""


_SPELT = re.compile(r"(?<!\w)([0-3]?[0-9])\.?\s{0,3}([^\W\d_]{3,9})\.?\s{1,3}([0-9]{4}|[0-9]{2})(?!\w)")


def says_when(form: str) -> bool:
    """Whether the word is the name of a month, or a year."""
    return fold(form) in _MONTHS or bool(_YEAR.fullmatch(form))


def dates(text: str, starts: Sequence[int]) -> Iterator[Whole]:
    """03.04.2026, 3. 4. 26, 2026-04-03 and 3. April 2026 are one day. `starts` are the places of the words."""
    for pattern, day, month, year in ((_DAY_FIRST, 1, 2, 3), (_YEAR_FIRST, 3, 2, 1), (_SPELT, 1, 2, 3)):
        for match in pattern.finditer(text):
            first = bisect_left(starts, match.start())
            lexemes = _day(match.group(day), match.group(month), match.group(year))
            if lexemes and starts[first : first + 1] == [match.start()]:
                yield Whole(first, first + 2, lexemes)


def _day(day: str, written_month: str, year: str) -> tuple[str, ...]:
    """Also of a day that no month has: it is compared, not counted with."""
    month = int(written_month) if written_month.isdecimal() else _MONTHS.get(fold(written_month), 0)
    if not (1 <= int(day) <= 31 and 1 <= month <= 12):
        return ()
    century = "" if len(year) == 4 else "20" if int(year) < _THIS_CENTURY else "19"
    return (f"{DAY}{century}{year}-{month:02}-{int(day):02}",)


_AMOUNT = re.compile(
    r"""(?<![\w.,])
    (?:(?P<grouped>\d{1,3}(?:[.'’\u00a0\u202f ]\d{3})+)|(?P<plain>\d{1,12}))
    (?:,(?:(?P<decimals>\d{1,2})|-{1,2}|[\u2013\u2014])|(?P<point>\.\d{1,2})|(?P<none>))
    (?!\w|[.,]\d)(?P<money>(?=[ \u00a0]?(?:€|EUR\b|Euro\b)))?""",
    re.VERBOSE | re.ASCII,
)
_POINTED = re.compile(r"(?<![\w.,])(\d{1,3}(?:,\d{3})+)\.(\d{1,2})(?!\w|[.,]\d)", re.ASCII)
"""As the English write it: 1,234.56."""


def amounts(text: str, starts: Sequence[int]) -> Iterator[Whole]:
    """1.234,56, 1 234,56, 1'234.56 and 1234.56 are one number; 1.500,00, 1.500,-- and 1500 are, too."""
    for match in _AMOUNT.finditer(text):
        digits = re.sub(r"\D", "", match["grouped"] or match["plain"])
        decimals = match["decimals"] or (match["point"] or "").lstrip(".")
        if match["none"] is not None and not _is_grouped(match):
            continue
        yield from _amount(starts, match, digits, decimals)
    for match in _POINTED.finditer(text):
        yield from _amount(starts, match, match.group(1).replace(",", ""), match.group(2))


def _is_grouped(match: re.Match[str]) -> bool:
    """1.234 is a number in groups; 1 234 only when money follows, else it may be two numbers."""
    return bool(match["grouped"]) and (" " not in match["grouped"] or match["money"] is not None)


def _amount(starts: Sequence[int], match: re.Match[str], digits: str, decimals: str) -> Iterator[Whole]:
    digits, decimals = digits.lstrip("0") or "0", decimals.rstrip("0")
    first, last = bisect_left(starts, match.start()), bisect_left(starts, match.end()) - 1
    lexeme = f"{AMOUNT}{digits}.{decimals}" if decimals else FORM + digits
    if first <= last:
        yield Whole(first, last, (lexeme[:MAX_LEXEME],))


_GAP = re.compile(r"[ \u00a0]?[-./_:()\u2010\u2011\u2013]{0,2}[ \u00a0]?(?:\r?\n[ \u00a0]*)?[-./]?")
_LONGEST_GAP = 6
_FEWEST_SIGNS, _MOST_SIGNS = 7, 34
_MOST_GROUPS, _LONGEST_ROW = 6, 8


def long_numbers(text: str, tokens: Sequence[Token], starts: Sequence[int]) -> Iterator[Whole]:
    """Account, tax, telephone and file numbers as one run of signs, zeros kept: all neighbouring groups of a row,
    because nobody knows where a number ends (0721 133-1234⏎76131 Karlsruhe). Long rows are tables: there only within a
    line, and within long lines only what is joined without a space."""
    for row in _rows(text, tokens, starts):
        written = [_written(text, tokens[place]) for place in row]
        for first in range(len(row)):
            signs = ""
            for last in range(first, min(first + _MOST_GROUPS, len(row))):
                signs += written[last]
                if len(signs) > _MOST_SIGNS:
                    break
                if len(signs) >= _FEWEST_SIGNS:
                    yield Whole(row[first], row[last], _compact(signs, text, tokens[row[first]].start))


def _written(text: str, token: Token) -> str:
    form = token.forms.form
    return fold(text[token.start : token.end]) if form.isdigit() else form


def _compact(signs: str, text: str, start: int) -> tuple[str, ...]:
    """+49 (0)721 1331234 is also 07211331234."""
    lexemes = (COMPACT + signs,)
    home = signs.removeprefix("00") if signs.startswith("0049") else signs if text[:start].endswith("+") else ""
    if home.startswith("49"):
        return (*lexemes, COMPACT + "0" + home[2:].lstrip("0"))
    return lexemes


_WITH_FIGURES = re.compile(r"[^\W_]*\d[^\W_]*")


def _rows(text: str, tokens: Sequence[Token], starts: Sequence[int]) -> Iterator[list[int]]:
    """Words with figures that follow each other, by number."""
    row: list[int] = []
    for place in dict.fromkeys(bisect_right(starts, match.start()) - 1 for match in _WITH_FIGURES.finditer(text)):
        if row and not (row[-1] == place - 1 and _GAP.fullmatch(_gap(text, tokens, place))):
            yield from _cut(row, text, tokens)
            row = []
        row.append(place)
    if row:
        yield from _cut(row, text, tokens)


def _cut(row: list[int], text: str, tokens: Sequence[Token], separators: str = "\n ") -> Iterator[list[int]]:
    """A row that is too long is cut at line ends, what is too long still at spaces."""
    if len(row) <= _LONGEST_ROW or not separators:
        yield row
        return
    piece = row[:1]
    for place in row[1:]:
        if separators[0] in _gap(text, tokens, place):
            yield from _cut(piece, text, tokens, separators[1:])
            piece = []
        piece.append(place)
    yield from _cut(piece, text, tokens, separators[1:])


def _gap(text: str, tokens: Sequence[Token], place: int) -> str:
    """What stands before a word; of a long gap only the beginning."""
    start, end = tokens[place - 1].end, tokens[place].start
    return text[start : min(end, start + _LONGEST_GAP)]
