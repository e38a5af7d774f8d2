"""What is found in documents may hold anything; what goes into the database may not."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.work.storable import storable

ANY_TEXT = st.text(st.characters(exclude_categories=[]))
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ("Bauamt", "Bauamt"),
        ("Bau\0amt", "Bau�amt"),
        ("Stra\udcdfe", "Stra�e"),
        ("\ud83d", "�"),
        ("Grüße 😀", "Grüße 😀"),
    ],
)
def test_only_what_the_database_refuses_is_replaced(found: str, kept: str) -> None:
    assert storable(found) == kept


def test_it_is_found_however_deep_it_stands() -> None:
    assert storable({"a\0": [{"b": ("c\0", 1, None, True)}]}) == {"a�": [{"b": ["c�", 1, None, True]}]}


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_becomes_nothing(number: float) -> None:
    assert storable({"confidence": number, "width": 1.5}) == {"confidence": None, "width": 1.5}


@given(ANY_JSON)
def test_whatever_it_is_postgresql_can_keep_it(value: object) -> None:
    text = json.dumps(storable(value), ensure_ascii=False, allow_nan=False)
    assert "\0" not in text
    assert "\\u0000" not in text
    text.encode("utf-8")


@given(ANY_TEXT)
def test_a_text_keeps_its_length_so_that_boxes_still_fit(text: str) -> None:
    assert len(storable(text)) == len(text)
