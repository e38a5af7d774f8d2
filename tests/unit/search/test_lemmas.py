"""Which forms are one word, by the installed dictionaries."""

from __future__ import annotations

import pytest

from search.german.dictionary import DictionaryBuilder, dictionary
from search.german.folding import fold
from search.german.lemmas import word_stem


def stems(*words: str) -> set[str]:
    return {word_stem(fold(word)) for word in words}


@pytest.mark.parametrize(
    "forms",
    [
        ("besichtigen", "besichtigt", "besichtigte", "Besichtigung"),
        ("bewilligen", "bewilligt", "bewilligten", "Bewilligung", "Bewilligungen"),
        ("ablehnen", "abgelehnt", "abzulehnen", "Ablehnung"),
        ("einreichen", "eingereicht", "einzureichen", "Einreichung"),
        ("prüfen", "geprüft", "prüfte", "Prüfung"),
        ("melden", "gemeldet", "meldete", "Meldung"),
        ("ändern", "geändert", "änderte", "Änderung"),
        ("genehmigen", "genehmigt", "Genehmigung"),
        ("gehen", "ging", "gegangen", "geht"),
        ("sprechen", "sprach", "spricht", "gesprochen"),
        ("nehmen", "nimmt", "nahm", "genommen"),
        ("anerkennen", "anerkannt", "Anerkennung"),
        ("vorlegen", "vorgelegt", "vorzulegen"),
        ("weiterbewilligen", "weiterbewilligt", "Weiterbewilligung"),
        ("Käufer", "Käufers", "Käuferin", "Käuferinnen"),
        ("Müller", "Müllers", "Mueller"),
        ("Berlin", "Berliner"),
        ("Durlach", "Durlacher"),
        ("Haus", "Häuser", "Häusern"),
        ("Kind", "Kinder"),
        ("Steuer", "Steuern"),
        ("Unterlage", "Unterlagen"),
        ("Ausgabe", "Ausgaben"),
    ],
)
def test_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len(stems(*forms)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "Müll"),
        ("Käufer", "Kauf"),
        ("Bauer", "Bau"),
        ("Fischer", "Fisch"),
        ("Steiner", "Stein"),
        ("Bürger", "Burg"),
        ("Mieter", "Miete"),
        ("Lager", "Lage"),
        ("Rechnung", "rechnen"),
        ("Räumung", "Raum"),
        ("bekannt", "bekennen"),
        ("Sucht", "suchen"),
        ("Lage", "liegen"),
        ("Gefahr", "fahren"),
        ("Vorgärten", "garen"),
    ],
)
def test_other_words_have_other_stems(one: str, other: str) -> None:
    assert len(stems(one, other)) == 2


def test_a_dictionary_knows_the_forms_that_it_lists() -> None:
    builder = DictionaryBuilder()
    builder.add_word("Grüße", "grusse")
    for line in ("Amt/ST", "Ämter/hij", "Müll/Sij", "Müller/FNS", "prüfen/DIXY", "Bonn/S", "Bonner/FNS", "prüfen/Soz"):
        builder.add_entry(line, fold(line))
    small = builder.build()
    assert {form for form in ("grusse", "amtes", "amter", "prufen", "prufte") if small.has_form(form)} == {
        "grusse",
        "amtes",
        "prufen",
    }
    assert [sorted(words) for words in (small.verbs, small.actors, small.names)] == [["prufen"], ["muller"], ["bonn"]]


def test_the_dictionaries_are_installed_where_the_product_is_tested() -> None:
    assert len(dictionary().nouns) > 100_000
    assert len(dictionary().verbs) > 5_000
