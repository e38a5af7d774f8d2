"""Whatever somebody types into a field of any type is, once stored, read and typed again the same value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.records.fields.definitions import Field, FieldType
from dms.records.fields.values import Unfit, fits, read_json, read_text, write_json, write_text

CHOICES = ("offen", "in Arbeit", "erledigt")
DIGITS = st.integers(-(10**15) + 1, 10**15 - 1)


def a_field(kind: FieldType) -> Field:
    return Field("one", "Eins", kind, choices=CHOICES if kind == FieldType.CHOICE else ())


def german(number: int, places: int, *, grouped: bool) -> str:
    """The number over ten to the power of `places`, as people write it."""
    digits = str(abs(number)).rjust(places + 1, "0")
    whole, rest = (digits[:-places], digits[-places:]) if places else (digits, "")
    if grouped:
        whole = f"{int(whole):,}".replace(",", ".")
    return f"{'-' if number < 0 else ''}{whole}{',' if rest else ''}{rest}"


days = st.dates(min_value=date(1500, 1, 1))
typed = st.one_of(
    st.tuples(st.just(FieldType.TEXT), st.text(max_size=300)),
    st.tuples(st.just(FieldType.LONG_TEXT), st.text(max_size=600)),
    st.tuples(st.just(FieldType.PERSON), st.text(max_size=300)),
    st.tuples(st.just(FieldType.CHOICE), st.sampled_from(CHOICES)),
    st.tuples(st.just(FieldType.YES_NO), st.sampled_from(["Ja", "ja", "NEIN", "n"])),
    st.tuples(st.just(FieldType.DATE), days.map(lambda day: f"{day.day}.{day.month}.{day.year:04}")),
    st.tuples(st.just(FieldType.DATE), days.map(date.isoformat)),
    st.tuples(st.just(FieldType.NUMBER), st.builds(german, DIGITS, st.integers(0, 12), grouped=st.booleans())),
    st.tuples(st.just(FieldType.AMOUNT), st.builds(german, DIGITS, st.integers(0, 2), grouped=st.booleans())),
)


@given(typed)
def test_a_value_survives_text_and_stored_form_and_text_again(one: tuple[FieldType, str]) -> None:
    field, text = a_field(one[0]), one[1]
    try:
        value = read_text(field, text)
    except Unfit:
        assert field.type in {FieldType.AMOUNT, FieldType.NUMBER}  # more cents than there are, or too long a number
        return
    written = write_text(field, value)
    assert read_text(field, written) == value
    assert write_text(field, read_text(field, written)) == written
    assert value is None or (type(read_text(field, written)) is type(value) and fits(field, value))


@given(typed)
def test_a_value_survives_the_form_in_which_programs_say_it(one: tuple[FieldType, str]) -> None:
    field, text = a_field(one[0]), one[1]
    try:
        value = read_text(field, text)
    except Unfit:
        return
    assert read_json(field, write_json(field, value)) == value


@given(st.integers(-(10**14), 10**14))
def test_cents_stay_exact(cents: int) -> None:
    field = a_field(FieldType.AMOUNT)
    assert read_text(field, write_text(field, cents)) == cents
    assert Decimal(write_json(field, cents)) * 100 == cents


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text()),
                 st.dictionaries(st.text(), st.text())), st.sampled_from(FieldType))  # fmt: skip
def test_whatever_a_program_says_is_taken_in_its_one_stored_form_or_refused(said: object, kind: FieldType) -> None:
    field = a_field(kind)
    try:
        value = read_json(field, said)
    except Unfit:
        return
    assert value is None or (fits(field, value) and read_json(field, write_json(field, value)) == value)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldType.AMOUNT, "1.234,56 €", 123456),
        (FieldType.AMOUNT, "EUR 12", 1200),
        (FieldType.AMOUNT, "-0,05", -5),
        (FieldType.DATE, "31.12.2026", "2026-12-31"),
        (FieldType.DATE, "1. 2. 2026", "2026-02-01"),
        (FieldType.NUMBER, "1.234,5", 1234.5),
        (FieldType.NUMBER, "12,0", 12),
        (FieldType.YES_NO, "ja", True),
        (FieldType.PERSON, " Erika  Mustermann ", {"name": "Erika Mustermann"}),
        (FieldType.TEXT, "\u200b", None),
        (FieldType.LONG_TEXT, "eins\r\nzwei ", "eins\nzwei"),
    ],
)
def test_german_forms_are_understood(kind: FieldType, text: str, value: object) -> None:
    assert read_text(a_field(kind), text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (FieldType.AMOUNT, "1,234.56"), (FieldType.AMOUNT, "1,999"), (FieldType.NUMBER, "12.5"),
        (FieldType.NUMBER, "1e5"), (FieldType.NUMBER, "1" * 16), (FieldType.NUMBER, "٣"),
        (FieldType.DATE, "31.2.2026"), (FieldType.DATE, "3.4.56"), (FieldType.DATE, "1.1.1066"),
        (FieldType.YES_NO, "vielleicht"), (FieldType.CHOICE, "anders"), (FieldType.TEXT, "x" * 301),
    ],
)  # fmt: skip
def test_what_leaves_a_doubt_is_refused_with_a_sentence(kind: FieldType, text: str) -> None:
    with pytest.raises(Unfit, match=r"\w"):
        read_text(a_field(kind), text)
