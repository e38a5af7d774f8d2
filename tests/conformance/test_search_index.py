"""What every search index must do, whichever adapter it is. Another one joins the fixture `index`; the tests stay."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.digest import digest
from search.ports import MAX_LIMIT, IndexEntry, RebuildRunning, SearchHits, SearchIndex, SearchQuery, Sort

CENTRAL, STAFF = 1, 2
BOTH = frozenset({CENTRAL, STAFF})

pytestmark = pytest.mark.django_db


def letter(number: int, *pages: str, **fields: object) -> IndexEntry:
    values: dict[str, object] = {
        "title": "",
        "kind": "letter",
        "state": "received",
        "date": date(2024, 3, 1),
        "received_at": datetime(2024, 3, 2, 8, 0, tzinfo=UTC),
        "scope_id": CENTRAL,
    }
    return IndexEntry(document_id=UUID(int=number), pages=pages, **(values | fields))  # type: ignore[arg-type]


def ask(index: SearchIndex, text: str, **fields: object) -> SearchHits:
    return index.search(SearchQuery(text, **({"scopes": BOTH} | fields)))  # type: ignore[arg-type]


def found(index: SearchIndex, text: str, **fields: object) -> list[int]:
    return [hit.document_id.int for hit in ask(index, text, **fields).hits]


def marked(hits: SearchHits) -> list[str]:
    return [run.text for hit in hits.hits for run in hit.snippet if run.marked]


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Frau Müller", "Mueller"),
        ("Frau Mueller", "Müller"),
        ("Frau Muller", "Müller"),
        ("Frau Müller", "Muller"),
        ("Frau MÜLLER", "müller"),
        ("Frau Mu\u0308ller", "Müller"),
        ("in der Großen Straße", "Strasse"),
        ("in der Grossen Strasse", "Straße"),
        ("Café René", "rene"),
        ("Oﬃzielle Mitteilung", "offizielle"),
        ("neue Mauer", "neuen Mauern"),
        ("die Häuser", "Haus"),
        ("das Haus", "Häusern"),
        ("des Widerspruchs", "Widersprüche"),
        ("die Käuferinnen", "Käufer"),
        ("der Antrag", "Anträge"),
        ("wurde besichtigt", "besichtigen"),
        ("die Besichtigung", "besichtigt"),
        ("ist bewilligt", "Bewilligung"),
        ("hat abgelehnt", "ablehnen"),
        ("ist einzureichen", "Einreichung"),
        ("die Prüfung", "geprüft"),
        ("sie ging", "gehen"),
        ("gesprochen", "sprach"),
        ("Karlsruher Straße", "Karlsruhe"),
    ],
)
def test_spellings_and_inflections_of_a_word_find_each_other(index: SearchIndex, written: str, typed: str) -> None:
    index.put([letter(1, f"Hiermit: {written}."), letter(2, "etwas ganz anderes")])
    assert found(index, typed) == [1]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Abwassergebühren", "Gebühr"),
        ("Gebührenbescheid", "Gebühr"),
        ("Gebührenbescheid", "Bescheide"),
        ("Grundsteuerbescheid", "Steuerbescheid"),
        ("Grundsteuerbescheid", "Grundsteuer"),
        ("Straßenverkehrsamt", "Verkehr"),
        ("Bescheid über die Steuer", "Steuerbescheid"),
    ],
)
def test_compounds_are_found_by_their_parts(index: SearchIndex, written: str, typed: str) -> None:
    index.put([letter(1, f"Der {written} liegt bei."), letter(2, "etwas ganz anderes")])
    assert found(index, typed) == [1]


def test_the_word_itself_stands_before_compounds_of_it(index: SearchIndex) -> None:
    index.put([letter(1, "Abwassergebühren"), letter(2, "die Gebühr"), letter(3, "Müllgebühren")])
    assert found(index, "Gebühr")[0] == 2


def test_a_word_hyphenated_at_the_line_end_is_one_word(index: SearchIndex) -> None:
    index.put([letter(1, "wegen der Grund-\nsteuer bitten wir"), letter(2, "Haupt-\nund Nebenstraßen")])
    assert found(index, "Grundsteuer") == [1]
    assert found(index, "Hauptund Nebenstraßen", limit=1) == [2]
    assert "".join(run.text for run in ask(index, "Grundsteuer").hits[0].snippet) == "wegen der Grundsteuer bitten wir"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Müller", "Sperrmüll"),
        ("Müller", "der Müll"),
        ("Bauer", "Neubau"),
        ("Fischer", "Fischerei"),
        ("Käufer", "Kauf"),
    ],
)
def test_a_name_does_not_find_a_thing_that_sounds_like_it(index: SearchIndex, typed: str, written: str) -> None:
    index.put([letter(1, f"Frau {typed}s Brief"), letter(2, f"{written} am Montag")])
    assert found(index, typed) == [1]


@pytest.mark.parametrize("typed", ["Gebühr*", "gebuehren*", "Gebü*"])
def test_a_star_finds_all_words_that_begin_so(index: SearchIndex, typed: str) -> None:
    index.put([letter(1, "Gebührenordnungsentwurf"), letter(2, "Abgabe")])
    assert found(index, typed) == [1]


def test_a_star_is_never_dropped(index: SearchIndex) -> None:
    index.put([letter(1, "Kraftfahrzeug"), letter(2, "Kraft"), letter(3, "Kräuter")])
    assert sorted(found(index, "Kraft*")) == [1, 2]


@pytest.mark.parametrize("typed", ["Haus -Müller", "Haus NICHT Müller", 'Haus -"Frau Müller"', "Haus -Muell*"])
def test_what_is_excluded_is_not_found(index: SearchIndex, typed: str) -> None:
    index.put([letter(1, "Haus von Frau Müller"), letter(2, "Haus von Herrn Schmidt")])
    assert found(index, typed) == [2]


def test_either_of_two_words_can_be_asked_for(index: SearchIndex) -> None:
    index.put([letter(1, "Hundesteuer"), letter(2, "Wohngeld"), letter(3, "Gewerbe")])
    assert sorted(found(index, "Hundesteuer ODER Wohngeld")) == [1, 2]


def test_words_on_different_pages_of_one_document_belong_together(index: SearchIndex) -> None:
    pages = ["Deckblatt", *["Füllseite"] * 5, "mit Widerspruch", "Anlage Katasterplan"]
    index.put([letter(1, *pages), *(letter(n, "Widerspruch") for n in range(2, 14))])
    hits = ask(index, "Widerspruch Katasterplan")
    assert hits.hits[0].document_id.int == 1
    assert hits.hits[0].page in (7, 8)


def test_a_document_with_all_words_stands_before_those_with_some(index: SearchIndex) -> None:
    index.put([letter(1, "Hundesteuer"), letter(2, "Hundesteuer und Wohngeld"), letter(3, "Wohngeld")])
    hits = ask(index, "Wohngeld Hundesteuer")
    assert hits.relaxed
    assert hits.hits[0].document_id.int == 2
    assert hits.count == 3


def test_words_of_title_sender_reference_and_filename_are_found(index: SearchIndex) -> None:
    index.put(
        [
            letter(
                1,
                title="Bauantrag Carport",
                sender="Erika Mustermann",
                reference="AZ 61-12/2024",
                filename="scan_0815.pdf",
            )
        ]
    )
    for typed in ("Carport", "Mustermann", "61-12/2024", "0815"):
        assert found(index, typed) == [1]


# --- the sender -----------------------------------------------------------------------------------


@pytest.fixture
def letters_of_senders(index: SearchIndex) -> SearchIndex:
    index.put(
        [
            letter(1, "Rechnung über Fenster", sender="Müller GmbH"),
            letter(2, "Rechnung über Türen", sender="Anna Müller"),
            letter(3, "Rechnung über Fenster der Müller GmbH", title="Müller GmbH", sender="Stadtwerke Süd"),
            letter(4, "Mahnung", "der Müller GmbH", "Az. 47/11"),
        ]
    )
    return index


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("absender:Müller", [1, 2]),
        ("Absender: mueller", [1, 2]),
        ("sender:Müllers", [1, 2]),
        ("absender:Müll*", [1, 2]),
        ('absender:"Müller GmbH"', [1]),
        ("absender:„Müller GmbH“", [1]),
        ('absender:"GmbH Müller"', []),
        ("absender:Müller Fenster -Türen", [1]),
        ("absender:Müller -absender:Anna", [1]),
        ("Rechnung -absender:Müller", [3]),
        ('Rechnung NICHT absender:"Müller GmbH"', [2, 3]),
        ("-absender:Müller", [3, 4]),
        ("absender:Anna ODER absender:Stadtwerke", [2, 3]),
        ("absender:Stadtwerke", [3]),
        ("absender:Werk", [3]),
        ("absender:Rechnung", []),
        ("absender:47/11", []),
    ],
)
def test_what_must_stand_in_the_sender_is_not_found_elsewhere(
    letters_of_senders: SearchIndex, typed: str, expected: list[int]
) -> None:
    hits = ask(letters_of_senders, typed)
    assert sorted(hit.document_id.int for hit in hits.hits if not hit.similar) == expected


def test_the_sender_is_never_given_up(letters_of_senders: SearchIndex) -> None:
    assert ask(letters_of_senders, "absender:Xylander Rechnung") == SearchHits(0)
    hits = ask(letters_of_senders, "absender:Anna Rechnung Fenster")
    assert ([hit.document_id.int for hit in hits.hits], hits.relaxed) == ([2], True)
    assert found(letters_of_senders, "absender:Müller GmbH") == [1, 2], "the word behind it may be given up"


def test_a_misread_sender_is_found_and_says_so(index: SearchIndex) -> None:
    index.put([letter(1, sender="Miiller GmbH"), letter(2, "Miiller"), letter(3, sender="Müller GmbH")])
    found_so = [(hit.document_id.int, hit.similar) for hit in ask(index, "absender:Müller").hits]
    assert found_so == [(3, False), (1, True)]


def test_the_sender_is_looked_for_within_what_somebody_may_see(letters_of_senders: SearchIndex) -> None:
    letters_of_senders.put([letter(5, sender="Müller GmbH", scope_id=STAFF), letter(6, sender="Müller", level=2)])
    assert sorted(found(letters_of_senders, "absender:Müller", scopes=frozenset({CENTRAL}))) == [1, 2]
    assert sorted(found(letters_of_senders, "absender:Müller", clearance=2)) == [1, 2, 5, 6]


def test_a_corrected_sender_counts(letters_of_senders: SearchIndex) -> None:
    letters_of_senders.put([letter(1, "Rechnung über Fenster", sender="Glaserei Huber")])
    assert found(letters_of_senders, "absender:Huber") == [1]
    assert found(letters_of_senders, "absender:Müller") == [2]


# --- phrases --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page", ["in der Großen Straße 5", "in der großen\nStraße", "die grosse  Strasse", "Gro-\nße Straße"]
)
def test_a_phrase_is_found_in_any_inflection_and_across_a_line_end(index: SearchIndex, page: str) -> None:
    index.put([letter(1, page), letter(2, "Die Straße ist eine große."), letter(3, "große, breite Straße")])
    assert found(index, '"Große Straße"') == [1]


def test_a_phrase_is_found_on_any_page_of_a_long_document(index: SearchIndex) -> None:
    filler = "Der Antrag auf Bewilligung und die Bewilligung auf Antrag wurden gelesen. " * 40
    index.put([letter(1, *[filler] * 30, "Wir bitten um Antrag Bewilligung heute."), letter(2, *[filler] * 30)])
    hits = ask(index, '"Antrag Bewilligung heute"')
    assert [(hit.document_id.int, hit.page) for hit in hits.hits] == [(1, 31)]
    assert found(index, 'Antrag -"Antrag Bewilligung heute"') == [2]


def test_a_phrase_with_small_words_is_found(index: SearchIndex) -> None:
    index.put([letter(1, "Amt für Soziales"), letter(2, "Amt Soziales")])
    assert found(index, '"Amt für Soziales"') == [1]


# --- references -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "2018/0335",
        "2018-0335",
        "2018 / 335",
        "2018/335",
        "2018 0335",
        '"2018/0335"',
        "Nr. 2018/0335",
        "Vorlage 2018-335",
    ],
)
def test_a_reference_is_found_however_it_is_typed(index: SearchIndex, typed: str) -> None:
    others = [letter(n, f"Vorlage 2018/{n:04} und {n} andere, 335 Euro im Jahr 2018") for n in range(2, 30)]
    index.put([letter(1, "betrifft 2018/0335."), *others])
    assert found(index, typed)[0] == 1


@pytest.mark.parametrize("typed", ["2018/0335", "2018-335", "Vorlage 2018/335"])
def test_what_is_filed_under_a_reference_stands_before_what_speaks_of_it(index: SearchIndex, typed: str) -> None:
    speaks = "Zu 2018/0335 siehe Vorlage 2018/335; in 2018/0335, Nr. 335 im Jahr 2018, Vorlage 2018/0335"
    index.put([letter(1, "Zur Vorlage", reference="2018/0335"), *(letter(n, speaks) for n in range(2, 20))])
    assert found(index, typed)[0] == 1


@pytest.mark.parametrize("typed", ["73.8-7837/25", "73-8-7837-25", "7837/25", "73.8"])
def test_a_reference_is_found_by_its_groups(index: SearchIndex, typed: str) -> None:
    index.put([letter(1, "Az.: 73.8-7837/25"), letter(2, "25 Stück zu 7837 Euro, 73 von 8")])
    assert found(index, typed)[0] == 1


IBANS = [
    "DE12500105170648489890",
    "DE12 5001 0517 0648 4898 90",
    "DE12 5001 0517\n0648 4898 90",
    "DE12 5001 0517 06-\n48 4898 90",
    "DE12 50010517 0648489890",
    "DE12 5OO1 0517 O648 4898 9O",
]


@pytest.mark.parametrize("written", IBANS)
@pytest.mark.parametrize("typed", [*IBANS[:2], IBANS[4], "de12500105170648489890"])
def test_an_iban_is_found_however_it_is_grouped_or_broken(index: SearchIndex, written: str, typed: str) -> None:
    index.put([letter(1, f"IBAN {written} bei der Bank"), letter(2, "IBAN DE02 1203 0000 0000 2020 51")])
    assert found(index, typed) == [1]


@pytest.mark.parametrize(
    ("same", "other"),
    [
        (["151/815/08156", "15181508156", "151815 08156", "151/815/\n08156", "151 815 08156"], "151/815/08157"),
        (["0721 133-1234", "(0721) 1331234", "07211331234", "+49 721 133 1234", "0721\n133-1234"], "0721 133-1235"),
        (["73.8-7837/25", "73.8-\n7837/25", "73.8-7837\n/25", "73-8-7837-25"], "73.8-7837/26"),
        (["5.0123.045678.9", "501230456789", "5.0123.\n045678.9"], "5.0123.045679.9"),
    ],
)
def test_a_long_number_is_found_however_it_is_grouped_or_broken_and_no_other(
    index: SearchIndex, same: list[str], other: str
) -> None:
    written = [letter(number, f"Unser Zeichen {text}\n76124 Karlsruhe") for number, text in enumerate(same, start=1)]
    index.put([*written, letter(99, f"Unser Zeichen {other}\n76124 Karlsruhe")])
    for typed in same:
        assert sorted(found(index, typed)) == list(range(1, len(same) + 1)), typed


SUMS = ["1234,56", "1.234,56", "1234.56", "1 234,56 €", "1.234,56 EUR"]


@pytest.mark.parametrize("typed", SUMS)
def test_a_sum_is_found_however_it_is_punctuated(index: SearchIndex, typed: str) -> None:
    index.put([letter(number, f"Betrag: {text}, zahlbar") for number, text in enumerate(SUMS, start=1)])
    index.put([letter(98, "Betrag: 1.234,57"), letter(99, "Betrag: 234,56 von 1")])
    assert sorted(found(index, typed)) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("typed", ["1500", "1.500", "1.500,00", "1500,00 €", "1 500 Euro"])
def test_a_round_sum_is_found_with_and_without_its_zeros(index: SearchIndex, typed: str) -> None:
    written = ["1500 Euro", "1.500 €", "1.500,00 €", "1.500,-- EUR"]
    index.put([letter(number, f"Betrag: {text}") for number, text in enumerate(written, start=1)])
    index.put([letter(99, "Betrag: 1.500,50 €")])
    assert sorted(found(index, typed)[:4]) == [1, 2, 3, 4]


DAYS = ["3. März 2024", "03.03.2024", "3.3.2024", "2024-03-03", "3.3.24", "03. 03. 2024"]


@pytest.mark.parametrize("typed", [*DAYS, '"3. Maerz 2024"'])
def test_a_day_is_found_however_it_is_written(index: SearchIndex, typed: str) -> None:
    index.put([letter(number, f"vom {text}, hier") for number, text in enumerate(DAYS, start=1)])
    index.put([letter(99, "vom 3. Mai 2024, hier")])
    assert sorted(found(index, typed)) == [1, 2, 3, 4, 5, 6]


def test_a_day_beside_another_number_is_a_wish_of_its_own(index: SearchIndex) -> None:
    index.put([letter(1, "Rechnung 4711\nKarlsruhe, den 3. April 2026"), letter(2, "Rechnung 4711 vom 5.4.2026")])
    assert found(index, "4711 3.4.2026")[0] == 1


def test_an_e_mail_address_stands_before_its_parts(index: SearchIndex) -> None:
    index.put([letter(1, "an max.mustermann@example.org"), letter(2, "example und mustermann und org und max")])
    assert found(index, "max.mustermann@example.org")[0] == 1


@pytest.mark.parametrize("typed", ["E-Mail", "Email", "e-mails"])
def test_words_with_and_without_hyphen_find_each_other(index: SearchIndex, typed: str) -> None:
    index.put([letter(1, "per E-Mail"), letter(2, "per Email")])
    assert sorted(found(index, typed)) == [1, 2]


# --- misread and mistyped words -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("misread", "typed"),
    [
        ("Gerneinde", "Gemeinde"),
        ("Wiclerspruch", "Widerspruch"),
        ("Gebiihren", "Gebühren"),
        ("Gebiihren", "Gebühr"),
        ("Geme1nde", "Gemeinde"),
        ("Haushaltspian", "Haushaltsplan"),
        ("Bewiligung", "Bewilligung"),
        ("Ratlians", "Rathaus"),
        ("Miiller", "Müller"),
        ("Katasterpian", "Katasterplan"),
        ("Grundsteuerbeschcid", "Grundsteuerbescheid"),
    ],
)
def test_a_misread_word_is_found_and_stands_behind_those_read_rightly(
    index: SearchIndex, misread: str, typed: str
) -> None:
    index.put([letter(1, f"Betreff: {misread}, {misread} und {misread}"), letter(2, f"Betreff: {typed}")])
    index.put([letter(3, "Betreff: etwas ganz anderes")])
    hits = ask(index, typed)
    assert [(hit.document_id.int, hit.similar) for hit in hits.hits] == [(2, False), (1, True)]
    assert (hits.count, hits.similar, hits.relaxed) == (2, 1, False)
    assert marked(hits) == [typed, misread, misread, misread]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Bewiligung", "Bewilligungen"),
        ("Widersprcuh", "Widersprüche"),
        ("Mustrmann", "Mustermann"),
        ("Grundsteurbescheid", "Grundsteuerbescheides"),
        ("Gebäudeverischerung", "Gebäudeversicherung"),
        ("Schornstienfeger", "Schornsteinfegern"),
    ],
)
def test_a_mistyped_word_finds_what_was_meant_and_says_so(index: SearchIndex, typed: str, written: str) -> None:
    index.put([letter(1, f"Betreff: {written}"), letter(2, "Betreff: etwas ganz anderes")])
    hits = ask(index, typed)
    assert [(hit.document_id.int, hit.similar) for hit in hits.hits] == [(1, True)]
    assert hits.similar == 1
    assert marked(hits) == [written]


def test_a_mistyped_word_among_others_is_forgiven(index: SearchIndex) -> None:
    index.put([letter(1, "Bewilligung von Wohngeld in Durlach"), letter(2, "Wohngeld"), letter(3, "Durlach")])
    assert found(index, "Bewiligung Wohngeld Durlach")[0] == 1


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("2017/0460", "2017/0461"),
        ("DE12500105170648489890", "DE02 1203 0000 0000 2020 51"),
        ("1.234,56", "1.234,57"),
        ("3.4.2026", "3.4.2025"),
        ("0721 133-1234", "0721 133-1235"),
        ("20170460", "20170461"),
        ('"Gemeinde"', "Gerneinde"),
        ("Gemein*", "Gerneinde"),
        ("Haus", "Hans"),
        ("Bauer", "Mauer"),
    ],
)
def test_what_is_meant_exactly_finds_nothing_similar(index: SearchIndex, typed: str, written: str) -> None:
    index.put([letter(1, f"Betreff: {written}")])
    assert ask(index, typed) == SearchHits(0)


def test_what_is_similar_is_counted_and_filtered_like_the_rest_and_stands_at_the_end(index: SearchIndex) -> None:
    index.put(letter(number, "Gemeinde", title="Gemeinde") for number in range(1, 13))
    index.put([letter(20, "Gerneinde, Gerneinde, Gerneinde", kind="invoice", date=date(2025, 1, 1))])
    index.put([letter(21, "etwas anderes", title="Gerneinde")])
    hits = ask(index, "Gemeinde")
    assert (hits.count, hits.similar, hits.relaxed) == (14, 2, False)
    assert {hit.document_id.int for hit in hits.hits[-2:]} == {20, 21}
    assert [hit.similar for hit in hits.hits] == [False] * 12 + [True] * 2
    assert (hits.facets.kind, hits.facets.year) == ({"letter": 13, "invoice": 1}, {2024: 13, 2025: 1})
    chosen = ask(index, "Gemeinde", kinds=frozenset({"letter"}))
    assert (chosen.count, chosen.similar) == (13, 1)
    last = ask(index, "Gemeinde", offset=12, limit=1)
    assert (last.count, last.similar, [hit.similar for hit in last.hits]) == (14, 2, [True])
    newest = ask(index, "Gemeinde", sort=Sort.NEWEST, limit=2)
    assert [(hit.document_id.int, hit.similar) for hit in newest.hits] == [(20, True), (21, True)]


def test_without_a_question_nothing_is_similar(index: SearchIndex) -> None:
    index.put([letter(1, "Gerneinde"), letter(2, "Haus")])
    for typed in ("", "-Haus"):
        hits = ask(index, typed)
        assert (hits.similar, {hit.similar for hit in hits.hits}) == (0, {False})


def test_what_was_excluded_is_excluded_as_it_was_typed(index: SearchIndex) -> None:
    index.put([letter(1, "Haus der Gemeinde"), letter(2, "Haus der Gerneinde")])
    assert found(index, "Haus -Gemeinde") == [2]


def test_the_page_that_is_shown_is_the_one_with_the_misread_word(index: SearchIndex) -> None:
    index.put([letter(1, "Deckblatt", "im Rathaus", "die Gerneinde", "Anlage")])
    assert [(hit.page, hit.similar) for hit in ask(index, "Gemeinde").hits] == [(3, True)]


def test_words_of_another_scope_are_no_spellings_of_what_is_typed(index: SearchIndex) -> None:
    index.put([letter(1, "Mustermann", scope_id=STAFF), letter(2, "Haus")])
    assert ask(index, "Mustrmann", scopes=frozenset({CENTRAL})) == SearchHits(0)
    assert found(index, "Mustrmann") == [1]


# --- any input ------------------------------------------------------------------------------------

GARBAGE = [
    *(
        "(",
        ")",
        '"',
        "'",
        '"Große Straße',
        "a:b:c",
        "absender:",
        'absender:"',
        "absender:absender:",
        "-absender:-",
        "NOT",
        "NICHT",
        "ODER",
        "a ODER",
        "-",
        "- -",
        "*",
        "**",
        "a*b*c*",
        "*b",
    ),
    *("!&|<->", "<->" * 100, "\\", "%s %(x)s", "{0}", "'; DROP TABLE search_entry; --", "\x00", "\ud800", "\u202eabc"),
    *("\U0001f600", "😀 Haus", "ﬃ", "İ", "٣/٤", "x" * 10_000, "wort " * 2_000, "(" * 10_000, '"' * 999, "a-" * 500),
    *("1/" * 500, "ß" * 300, "1" * 5_000, "DE12 " * 100),
]


@pytest.mark.parametrize("typed", GARBAGE, ids=lambda typed: ascii(typed[:12]))
def test_any_input_gives_an_answer(index: SearchIndex, typed: str) -> None:
    index.put([letter(1, "Haus der Frau Müller, 2018/0335")])
    assert ask(index, typed).count in (0, 1)
    index.put([letter(2, typed, title=typed, sender=typed, reference=typed, filename=typed, kind=typed, state=typed)])
    assert index.size() == 2


@given(typed=st.text(max_size=80))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_gives_an_answer(index: SearchIndex, typed: str) -> None:
    ask(index, typed)


@pytest.mark.parametrize("when", ["Oktober 2026", "im Oktober 2026", "2026 Oktober"])
def test_a_name_tells_more_than_a_month_and_a_year(index: SearchIndex, when: str) -> None:
    """As a clerk asks who has somebody on the phone and remembers about when the letter came."""
    others = [letter(n, f"Antrag {n}, Stichtag im Oktober 2026, Rathaus", title="Antrag Oktober") for n in range(1, 8)]
    index.put(
        [*others, letter(20, "Frau Schnabelwitz bittet um Auskunft"), letter(21, "Herr Schnabelwitz im Mai 2025")]
    )
    assert set(found(index, f"Schnabelwitz {when}")[:2]) == {20, 21}


def test_an_empty_question_shows_everything_the_newest_first(index: SearchIndex) -> None:
    index.put([letter(1, "a", date=date(2023, 1, 1)), letter(2, "b", date=date(2024, 1, 1)), letter(3)])
    assert found(index, "") == found(index, "  ") == [3, 2, 1]


@pytest.mark.parametrize("typed", ['"', "*", "-", '""', "( )", "ODER", "absender:", "…"])
def test_a_question_without_a_word_finds_nothing_and_says_so(index: SearchIndex, typed: str) -> None:
    index.put([letter(1, "Haus")])
    assert ask(index, typed) == SearchHits(0, wordless=True)
    assert not ask(index, "Haus").wordless
    assert not ask(index, "-Haus").wordless


def test_a_word_that_stands_nowhere_finds_nothing(index: SearchIndex) -> None:
    index.put([letter(1, "Haus")])
    assert ask(index, "Xylophonkonzert") == SearchHits(0)


def test_small_words_alone_are_looked_for(index: SearchIndex) -> None:
    index.put([letter(1, "über den Dächern"), letter(2, "unter dem Haus")])
    assert found(index, "über") == [1]


def test_a_huge_page_is_cut_but_its_beginning_is_found(index: SearchIndex) -> None:
    words = " ".join(f"wort{number:x}x{number * 7919:x}" for number in range(120_000))
    index.put([letter(1, f"Anfang {words}", "zweite Seite Katasterplan"), letter(2, "Anfang " + "ja " * 400_000)])
    assert sorted(found(index, "Anfang")) == [1, 2]
    assert found(index, "wort1x1eef") == [1]


# --- snippets -------------------------------------------------------------------------------------


def test_the_hit_names_the_best_page_and_marks_the_words_there(index: SearchIndex) -> None:
    index.put([letter(1, "Deckblatt", "Die Häuser am Platz", "Anlage")])
    hits = ask(index, "Haus")
    assert [hit.page for hit in hits.hits] == [2]
    assert marked(hits) == ["Häuser"]


def test_one_hit_per_document(index: SearchIndex) -> None:
    index.put([letter(1, "Haus", "Haus", "Haus")])
    assert found(index, "Haus") == [1]


def test_a_document_without_pages_is_found_by_its_title(index: SearchIndex) -> None:
    index.put([letter(1, title="Bauantrag")])
    hits = ask(index, "Bauantrag")
    assert [(hit.page, hit.snippet) for hit in hits.hits] == [(1, ())]


def test_a_snippet_is_short_and_plain(index: SearchIndex) -> None:
    index.put([letter(1, "vorn " * 500 + "<b>Haus</b> & Hof " + "hinten " * 500)])
    snippet = ask(index, "Haus").hits[0].snippet
    text = "".join(run.text for run in snippet)
    assert len(text) < 400
    assert "<b>Haus</b> & Hof" in text


# --- filters, facets, counts, order -----------------------------------------------------------------


@pytest.fixture
def mixed(index: SearchIndex) -> SearchIndex:
    index.put(
        [
            letter(1, "Haus", kind="letter", date=date(2023, 5, 1)),
            letter(2, "Haus", kind="letter", state="checked"),
            letter(3, "Haus", kind="invoice"),
            letter(4, "Haus", kind=None, date=None, received_at=datetime(2022, 12, 31, 23, 30, tzinfo=UTC)),
            letter(5, "Hof", kind="invoice"),
            letter(6, "Haus", kind="personnel", scope_id=STAFF, date=date(2020, 1, 1), state="secret"),
        ]
    )
    return index


def test_facets_count_what_was_found(mixed: SearchIndex) -> None:
    hits = ask(mixed, "Haus", scopes=frozenset({CENTRAL}))
    assert hits.count == 4
    assert hits.facets.kind == {"letter": 2, "invoice": 1, "": 1}
    assert hits.facets.state == {"received": 3, "checked": 1}
    assert hits.facets.year == {2023: 2, 2024: 2}, "the year by the town's time where the letter has no date"


def test_a_chosen_value_narrows_all_facets_but_its_own(mixed: SearchIndex) -> None:
    hits = ask(mixed, "Haus", scopes=frozenset({CENTRAL}), kinds=frozenset({"letter"}))
    assert hits.count == 2
    assert hits.facets.kind == {"letter": 2, "invoice": 1, "": 1}
    assert hits.facets.year == {2023: 1, 2024: 1}
    assert hits.facets.state == {"received": 1, "checked": 1}


def test_several_values_of_one_facet_widen_and_of_two_facets_narrow(mixed: SearchIndex) -> None:
    assert sorted(found(mixed, "Haus", kinds=frozenset({"invoice", ""}))) == [3, 4]
    assert found(mixed, "Haus", kinds=frozenset({"letter", "invoice"}), states=frozenset({"checked"})) == [2]
    assert found(mixed, "Haus", years=frozenset({2023}), kinds=frozenset({"letter"})) == [1]


@pytest.mark.parametrize(
    "typed", ["Haus", "", "Hau*", '"Haus"', "Haus Hof", "-Hof", "personnel", "Geheimsache", "Haus -Hof"]
)
def test_nothing_of_another_scope_is_found_counted_or_told(mixed: SearchIndex, typed: str) -> None:
    mixed.put(
        [
            letter(
                7, "Geheimsache Haus personnel", scope_id=STAFF, title="Geheimsache", kind="secret_kind", state="secret"
            )
        ]
    )
    before = ask(mixed, typed, scopes=frozenset({CENTRAL}))
    assert not {6, 7} & {hit.document_id.int for hit in before.hits}
    assert not {"personnel", "secret_kind"} & set(before.facets.kind)
    assert "secret" not in before.facets.state
    assert 2020 not in before.facets.year
    mixed.remove([UUID(int=6), UUID(int=7)])
    assert ask(mixed, typed, scopes=frozenset({CENTRAL})) == before, "the answer is the same as if it did not exist"


def test_without_any_scope_nothing_is_found_counted_or_told(mixed: SearchIndex) -> None:
    for typed in ("Haus", "", "-Hof"):
        assert ask(mixed, typed, scopes=frozenset()) == SearchHits(0)


def test_moving_a_document_to_another_scope_takes_it_out_of_sight(mixed: SearchIndex) -> None:
    mixed.put([letter(5, "Hof", kind="invoice", scope_id=STAFF)])
    assert found(mixed, "Hof", scopes=frozenset({CENTRAL})) == []


def test_hits_are_sorted_by_day(mixed: SearchIndex) -> None:
    newest = found(mixed, "Haus", sort=Sort.NEWEST, scopes=frozenset({CENTRAL}))
    assert newest[2:] == [1, 4]
    assert found(mixed, "Haus", sort=Sort.OLDEST, scopes=frozenset({CENTRAL})) == newest[::-1]


@pytest.mark.parametrize("typed", ["", "Haus", "Hauss", '"ein Haus"', "Haus -Hof", "Geheimsache", "Geheimsach*"])
def test_what_is_above_the_clearance_changes_nothing_in_the_answer(mixed: SearchIndex, typed: str) -> None:
    secret = letter(8, "ein Haus Geheimsache", kind="secret_kind", state="secret", title="Geheimsache", level=2)
    before = [ask(mixed, typed, clearance=clearance) for clearance in (0, 1)]
    mixed.put([secret])
    assert [ask(mixed, typed, clearance=clearance) for clearance in (0, 1)] == before
    assert ask(mixed, "Geheimsache", clearance=2).facets.kind["secret_kind"] == 1
    assert found(mixed, "Geheimsache", clearance=4) == [8]


def test_another_level_is_another_entry_and_one_that_is_open_is_the_same_as_ever(index: SearchIndex) -> None:
    index.put([letter(1, "Haus", level=3)])
    assert (found(index, "Haus"), found(index, "Haus", clearance=3)) == ([], [1])
    index.put([letter(1, "Haus")])
    assert found(index, "Haus") == [1]
    assert digest(letter(1, "Haus", level=1)) != digest(letter(1, "Haus"))


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("typed", ["Haus", "Haus Hof", ""])
def test_leafing_shows_every_hit_once(index: SearchIndex, sort: Sort, typed: str) -> None:
    index.put([letter(number, "Haus Hof" if number % 3 else "Haus") for number in range(1, 61)])
    pages = [found(index, typed, sort=sort, offset=offset, limit=7) for offset in range(0, 70, 7)]
    shown = [number for page in pages for number in page]
    count = ask(index, typed, sort=sort).count
    assert len(shown) == len(set(shown)) == count


def test_leafing_beyond_the_end_and_odd_limits_are_harmless(mixed: SearchIndex) -> None:
    assert ask(mixed, "Haus", offset=1_000).hits == ()
    assert ask(mixed, "Haus", limit=0).count == 5
    assert len(ask(mixed, "Haus", offset=-5, limit=MAX_LIMIT * 10).hits) == 5


# --- writing ----------------------------------------------------------------------------------------


def test_putting_again_replaces(index: SearchIndex) -> None:
    index.put([letter(1, "Haus", "Hof")])
    index.put([letter(1, "Garten")])
    assert (found(index, "Haus"), found(index, "Garten"), index.size()) == ([], [1], 1)


def test_of_two_states_in_one_batch_the_last_one_wins(index: SearchIndex) -> None:
    index.put([letter(1, "Haus"), letter(1, "Garten")])
    assert (found(index, "Haus"), found(index, "Garten")) == ([], [1])


def test_what_is_removed_is_gone(index: SearchIndex) -> None:
    index.put([letter(1, "Haus"), letter(2, "Haus")])
    index.remove([UUID(int=1), UUID(int=99)])
    index.remove([])
    assert found(index, "Haus") == [2]
    assert index.size() == 1


def test_the_index_tells_what_it_holds(index: SearchIndex) -> None:
    entries = [letter(1, "Haus"), letter(2, "Hof", date=None, kind=None)]
    index.put(entries)
    assert dict(index.digests()) == {entry.document_id: digest(entry) for entry in entries}
    index.ping()


# --- rebuilding -------------------------------------------------------------------------------------


@pytest.fixture
def filled(index: SearchIndex) -> SearchIndex:
    index.put([letter(1, "alt Haus"), letter(2, "alt Haus")])
    return index


def test_searches_use_the_old_index_until_the_new_one_is_finished(filled: SearchIndex) -> None:
    fresh = filled.begin_rebuild()
    fresh.put([letter(1, "neu Haus"), letter(3, "neu Haus")])
    assert sorted(found(filled, "Haus")) == [1, 2]
    assert ask(filled, "neu").count == 0
    fresh.finish()
    assert sorted(found(filled, "neu")) == [1, 3]
    assert (ask(filled, "alt").count, filled.size()) == (0, 2)


def test_live_writes_during_a_rebuild_are_found_before_and_after_it(filled: SearchIndex) -> None:
    fresh = filled.begin_rebuild()
    filled.put([letter(1, "Garten"), letter(4, "Garten")])
    filled.remove([UUID(int=2)])
    assert sorted(found(filled, "Garten")) == [1, 4]
    fresh.put([letter(1, "veraltet"), letter(2, "veraltet"), letter(3, "Wiese")])
    fresh.finish()
    assert sorted(found(filled, "Garten")) == [1, 4]
    assert ask(filled, "veraltet").count == 0, "the rebuild read these before they were changed and removed"
    assert found(filled, "Wiese") == [3]
    assert filled.size() == 3


def test_what_was_removed_and_came_back_during_a_rebuild_is_there(filled: SearchIndex) -> None:
    fresh = filled.begin_rebuild()
    filled.remove([UUID(int=2)])
    filled.put([letter(2, "Rückkehr")])
    fresh.finish()
    assert found(filled, "Rückkehr") == [2]


def test_an_aborted_rebuild_changes_nothing(filled: SearchIndex) -> None:
    fresh = filled.begin_rebuild()
    fresh.put([letter(9, "neu")])
    filled.put([letter(5, "alt Haus")])
    fresh.abort()
    assert sorted(found(filled, "Haus")) == [1, 2, 5]
    again = filled.begin_rebuild()
    again.put([letter(1, "neu")])
    again.finish()
    assert (found(filled, "neu"), filled.size()) == ([1], 1)


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_rebuild_left_does_not_hinder_the_next(filled: SearchIndex) -> None:
    ended: list[int] = []

    def killed() -> None:
        filled.begin_rebuild().put([letter(8, "halb fertig")])
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            ended.extend(cursor.fetchone() or ())
        connection.close()  # as the end of a process does

    thread = threading.Thread(target=killed)
    thread.start()
    thread.join()
    _wait_for_the_end_of(ended[0])
    fresh = filled.begin_rebuild()
    fresh.put([letter(1, "neu")])
    fresh.finish()
    assert ask(filled, "halb fertig").count == 0
    assert filled.size() == 1


def _wait_for_the_end_of(session: int) -> None:
    """The server notices a moment later that nobody is there any more."""
    with connection.cursor() as cursor:
        for _ in range(1000):
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [session])
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.01)


@pytest.mark.django_db(transaction=True)
def test_only_one_rebuild_runs_at_a_time(index: SearchIndex) -> None:
    fresh = index.begin_rebuild()
    refused: list[bool] = []

    def second() -> None:
        try:
            index.begin_rebuild().abort()
        except RebuildRunning:
            refused.append(True)
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    thread.start()
    thread.join()
    fresh.abort()
    assert refused == [True]


@pytest.mark.django_db(transaction=True)
def test_under_a_rebuild_with_writers_and_readers_nothing_is_lost_and_no_search_comes_up_short(
    index: SearchIndex,
) -> None:
    index.put([letter(number, "Haus alt") for number in range(1, 101)])
    stop = threading.Event()
    short: list[int] = []
    failures: list[BaseException] = []

    def guarded(body: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                body()
            except BaseException as failure:  # noqa: BLE001 - handed to the test
                failures.append(failure)
            finally:
                connection.close()

        return threading.Thread(target=run)

    def read() -> None:
        while not stop.is_set():
            if (count := ask(index, "Haus").count) < 100:
                short.append(count)

    def write() -> None:
        for number in range(1, 101, 2):
            index.put([letter(number, "Haus neu")])
            index.put([letter(1_000 + number, "Haus neu")])

    reader, writer = guarded(read), guarded(write)
    reader.start()
    fresh = index.begin_rebuild()
    writer.start()
    for number in range(1, 101):
        fresh.put([letter(number, "Haus alt")])
    fresh.finish()
    writer.join()
    stop.set()
    reader.join()
    assert not failures
    assert not short
    assert index.size() == 150
    assert ask(index, "neu").count == 100
    assert ask(index, "alt").count == 50


@pytest.mark.parametrize("typed", ['"Zisternen Die"', '"kommtnichtvor Zisterne"', 'Garten "Zisterne des Nachbarn"'])
def test_what_is_quoted_is_never_given_up_even_if_nothing_is_found_then(index: SearchIndex, typed: str) -> None:
    index.put([letter(1, "Die Zisternen im Garten"), letter(2, "Zisterne"), letter(3, "der Nachbar des Gartens")])
    hits = ask(index, typed)
    assert hits.count == 0
    assert not hits.hits
