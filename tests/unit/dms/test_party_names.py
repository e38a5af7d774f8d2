"""Names are the same however their umlauts are spelt, and known by their sound."""

from __future__ import annotations

import pytest

from dms.records.parties.names import folded, name_key, sound_of, sounds_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "Mueller"),
        ("Strauß", "STRAUSS"),
        ("Öztürk", "Oeztuerk"),
        ("Renée", "renee"),
        ("Müller", "Mu\u0308ller"),
    ],
)
def test_spellings_of_one_name_are_one(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_titles_forms_of_address_order_and_legal_forms_tell_nobody_apart() -> None:
    assert name_key("Frau Dr. Erika Müller") == name_key("Mueller, Erika")
    assert name_key("Stadtwerke Haltern GmbH & Co. KG") == name_key("Stadtwerke Haltern")
    assert name_key("Erika Müller") != name_key("Erna Müller")
    assert name_key("Dr.") == "dr"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Müller-Lüdenscheidt", "65752682"), ("Breschnew", "17863"), ("Wikipedia", "3412"), ("Meyer", "67"),
        ("Xaver", "4837"), ("Christian", "47826"), ("Physik", "384"), ("1234", ""),
    ],
)  # fmt: skip
def test_the_sound_is_that_of_koelner_phonetik(name: str, code: str) -> None:
    assert sound_of(name) == code


@pytest.mark.parametrize(("one", "other"), [("Meier", "Mayr"), ("Schmidt", "Schmitt"), ("Müller", "Muller")])
def test_what_sounds_alike_has_one_sound(one: str, other: str) -> None:
    assert sounds_of(one) == sounds_of(other)
