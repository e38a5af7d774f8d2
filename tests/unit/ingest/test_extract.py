"""What a letter says of itself: subject, sender and date, found where German letters have them; and its kind."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth

from dms.adapters.folder_store import FolderStore
from dms.adapters.no_scanner import NoScanner
from dms.pages import Box, PageText, Word
from dms.ports import OcrEngine
from ingest.classification.kinds import Kind
from ingest.classification.verdict import Verdict, WeightedWord
from ingest.reading.letter_date import dates_in, find_letter_date
from ingest.reading.letter_parts import find_sender, find_title
from ingest.samples.layout import HEIGHT, WIDTH, Page, set_letter
from ingest.samples.letters import LetterWriter
from ingest.samples.phrases import Share
from ingest.samples.typefaces import load_typeface
from ingest.steps import classify, extract
from ingest.steps.contract import (
    DocumentClassifier,
    Done,
    ItemView,
    ObjectRef,
    ObjectRole,
    StepContext,
)
from ingest.steps.reading_file import (
    NumberedPage,
    ReadingDamaged,
    pack_reading,
    read_pages,
    unpack_reading,
)
from ingest.work.workspace import StoreWorkspace

TODAY = date(2026, 4, 1)


def page_of(*lines: str, size: float = 0.012) -> PageText:
    """Lines one below the other, "" for a gap, all of one height."""
    placed = [(number, line) for number, line in enumerate(lines) if line]
    return PageText(tuple(_line(text, 0.05 + number * 0.018, size) for number, text in placed))


def _line(text: str, top: float, size: float) -> tuple[Word, ...]:
    return tuple(
        Word(word, Box(0.1 + n * 0.08, top, 0.17 + n * 0.08, top + size)) for n, word in enumerate(text.split())
    )


def read_page(page: Page) -> PageText:
    """A set page as a faultless reader would give it."""
    lines = []
    for line in page.lines:
        words = []
        for run in line:
            x = run.x
            for word in run.text.split():
                ends = x + stringWidth(word, run.font, run.size)
                top, bottom = (run.y - 0.75 * run.size) / HEIGHT, (run.y + 0.2 * run.size) / HEIGHT
                words.append(Word(word, Box(x / WIDTH, top, ends / WIDTH, bottom)))
                x = ends + stringWidth(" ", run.font, run.size)
        lines.append(tuple(words))
    return PageText(tuple(lines))


# --- sample letters ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(Kind))
def test_subject_sender_and_day_of_every_kind_of_letter_are_found(kind: Kind) -> None:
    writer = LetterWriter(Random(f"extract {kind}"), tuple(Share))
    for _ in range(6):
        letter = writer.write(kind)
        pages = [read_page(page) for page in set_letter(letter, load_typeface("LiberationSans"), 11)]
        found = (find_title(pages[0]), find_sender(pages), find_letter_date(pages, latest=TODAY))
        assert found == (letter.subject, letter.sender.name, letter.day)


# --- dates ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Neustadt, den 12. März 2026", date(2026, 3, 12)),
        ("12.03.2026", date(2026, 3, 12)),
        ("12.03.26", date(2026, 3, 12)),
        ("12. 3. 2026", date(2026, 3, 12)),
        ("Datum: 12,03.2026", date(2026, 3, 12)),
        ("2026-03-12", date(2026, 3, 12)),
        ("Wölfersdorf, 1. Feb. 2026", date(2026, 2, 1)),
        ("den 9. Dezember 1998", date(1998, 12, 9)),
        ("24.12.97", date(1997, 12, 24)),
    ],
)
def test_german_dates_are_read(text: str, day: date) -> None:
    assert find_letter_date([page_of("Käthe Maaß", "", text)], latest=TODAY) == day


@pytest.mark.parametrize(
    "text",
    [
        "32.03.2026",
        "12.13.2026",
        "30. Februar 2026",
        "Rechnung vom 12.03.2026",
        "geboren am 03.05.1991",
        "39.47245.9",
        "DE73 9997 0010 1486 3933 52",
        "06446 585457",
        "12.03.2026/4",
        "01.05.1989",
        "02.04.2026",
        "17. Kalenderwoche 2026",
    ],
)
def test_what_is_no_date_of_the_letter_is_left_alone(text: str) -> None:
    assert find_letter_date([page_of("Käthe Maaß", "", text)], latest=TODAY) is None


def test_the_date_line_counts_and_not_the_dates_the_letter_speaks_of() -> None:
    page = page_of(
        "Ihr Bescheid vom 01.02.2026", "Frist 03.02.2026 beachten", "Neustadt, 5. Februar 2026", "bis 10.02.2026"
    )
    assert find_letter_date([page], latest=TODAY) == date(2026, 2, 5)


def test_a_date_under_the_word_datum_in_the_row_of_references_counts() -> None:
    page = page_of("Ihr Zeichen Unser Zeichen Datum", "25.7-524/2024 GM-3934 12.02.2026")
    assert find_letter_date([page], latest=TODAY) == date(2026, 2, 12)


def test_a_contract_is_dated_where_it_is_signed() -> None:
    first = page_of("Wartungsvertrag", "", "Der Vertrag beginnt am 01.05.2025.")
    assert find_letter_date([first, page_of("§ 9 Haftung", "Hohenfels, den 13.02.2026")], latest=TODAY) == date(
        2026, 2, 13
    )


@given(st.text(max_size=60))
def test_no_text_breaks_the_search_for_dates(text: str) -> None:
    for start, end, _ in dates_in(text):
        assert 0 <= start < end <= len(text)


# --- subject and sender -----------------------------------------------------------------------------


def test_a_subject_of_two_lines_is_put_together() -> None:
    page = page_of(
        "Stadt Neustadt", "35990 Neustadt", "", "", "Widerspruch gegen den Bescheid", "vom 12.03.2026", "", "Guten Tag,"
    )
    assert find_title(page) == "Widerspruch gegen den Bescheid vom 12.03.2026"


def test_the_old_word_betreff_is_understood() -> None:
    assert (
        find_title(page_of("Neustadt, 1.2.2026", "Betr.: Hundesteuer", "Sehr geehrte Damen und Herren,"))
        == "Hundesteuer"
    )
    assert find_title(page_of("Betreff:", "Hundesteuer", "", "Guten Tag,")) == "Hundesteuer"


def test_the_date_line_is_not_the_subject() -> None:
    page = page_of("Bitte um Rückruf", "", "", "Neustadt, den 12.03.2026", "", "Sehr geehrte Frau Maaß,")
    assert find_title(page) == "Bitte um Rückruf"


def test_without_salutation_the_heading_is_the_subject() -> None:
    lines = (*page_of("", "", "wird hiermit erteilt für", "alle Angelegenheiten", "beim Bürgerbüro").lines,)
    assert find_title(PageText((_line("Vollmacht", 0.05, 0.03), *lines))) == "Vollmacht"


def test_one_word_that_was_read_too_tall_makes_no_heading() -> None:
    heading = _line("Bescheinigung zur Vorlage bei der Stadt", 0.1, 0.018)
    body = [_line("Es wird bestätigt, dass der Kurs besucht wurde.", 0.2 + 0.02 * n, 0.0125) for n in range(4)]
    smeared = (*body[1][:-1], Word("wurde.", Box(0.8, 0.22, 0.9, 0.24)))
    assert find_title(PageText((heading, body[0], smeared, *body[2:]))) == "Bescheinigung zur Vorlage bei der Stadt"


def test_the_end_of_a_letter_names_nothing_and_what_follows_is_asked() -> None:
    end = page_of("Mit besten Grüßen", "", "Überall Ingenieurbüro OHG", "Bankverbindung: Lahrtaler Volksbank")
    annex = PageText(
        (_line("Anlage 1: Messprotokoll", 0.05, 0.03), *page_of("Nr. Datum Messpunkt", "1 2 3", "4").lines)
    )
    assert find_title(end) == ""
    assert find_title(PageText(), end, page_of("Tabelle ohne Titel", "eine Zeile", "noch eine")) == ""
    assert find_title(end, annex) == "Anlage 1: Messprotokoll"


def test_specks_and_empty_pages_have_no_title() -> None:
    assert find_title(page_of("| . —", "~ 7", "12.03.2026", "Seite 1 von 2")) == ""
    assert find_title(PageText()) == ""
    assert find_sender([]) == ""
    assert find_sender([PageText()]) == ""


@pytest.mark.parametrize("between", [", ", " · ", " - ", " | ", " • ", " : "])
def test_the_small_sender_line_names_the_sender(between: str) -> None:
    line = between.join(["Hans-Jürgen Mößner", "Mühlgasse 7a", "35990 Neustadt"])
    assert find_sender([page_of(line, "Stadt Neustadt", "Rathausplatz 1", "35990 Neustadt")]) == "Hans-Jürgen Mößner"


def test_the_town_itself_is_not_the_sender() -> None:
    page = page_of("Stadt Neustadt", "Rathausplatz 1", "35990 Neustadt", "Mit freundlichen Grüßen", "|", "Käthe Maaß")
    assert find_sender([page]) == "Käthe Maaß"


@given(st.lists(st.text(min_size=1, max_size=40).filter(lambda text: bool(text.split())), max_size=8))
def test_no_page_breaks_the_search_for_subject_and_sender(lines: list[str]) -> None:
    page = page_of(*lines)
    assert len(find_title(page)) <= 200
    find_sender([page])


# --- the steps ----------------------------------------------------------------------------------------


class Known:
    """Says what it was asked about."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def classify(self, text: str) -> Verdict:
        self.asked.append(text)
        return Verdict("objection", "objection", 0.93, (WeightedWord("widerspruch", 0.4),), "abc")


def part(number: int, name: str, kind: str | None, parent: int | None = None) -> dict[str, Any]:
    return {
        "number": number,
        "name": name,
        "media_type": "",
        "kind": kind,
        "original": {},
        "parent": parent,
        "problem": None,
    }


def context_of(
    folder: Path,
    parts: list[dict[str, Any]],
    pages: Sequence[Sequence[PageText]],
    *,
    mail: dict[str, Any] | None = None,
    classifier: DocumentClassifier | None = None,
) -> StepContext:
    """As after read_text: readings are stored for the parts that have pages, one range per page."""
    store = FolderStore(folder / "objects")
    workspace = StoreWorkspace(store, "item/", Path(tempfile.mkdtemp(dir=folder)))
    read = []
    for number, texts in enumerate(pages):
        packed = [pack_reading([NumberedPage(n, text)]) for n, text in enumerate(texts, 1)]
        kept = [
            workspace.keep(one, name=f"reading-{n}.gz", role=ObjectRole.READING, media_type="application/gzip")
            for n, one in enumerate(packed)
        ]
        read.append({"part": number, "pages": [], "readings": [ref.as_facts() for ref in kept]})
    unpack = {"parts": parts} | ({"mail": mail} if mail else {})
    original = ObjectRef("item/original", "0" * 64, 1, "application/pdf", ObjectRole.ORIGINAL)
    item = ItemView("1", "Scan_0001.pdf", datetime(2026, 3, 31, 22, 30, tzinfo=UTC), "upload", original)
    facts: dict[str, dict[str, Any]] = {"unpack": unpack, "read_text": {"parts": read}}
    return StepContext(item, facts, workspace, cast("OcrEngine", None), NoScanner(), classifier=classifier)


def parts_of(outcome: object) -> list[dict[str, Any]]:
    assert isinstance(outcome, Done)
    return cast("list[dict[str, Any]]", outcome.facts["parts"])


LETTER = page_of(
    "Käthe Maaß, Mühlgasse 7, 35990 Neustadt", "", "Neustadt, 1. April 2026", "", "Einspruch", "", "Guten Tag,"
)


def test_the_step_records_what_the_letter_says(tmp_path: Path) -> None:
    found = parts_of(extract.run(context_of(tmp_path, [part(0, "Scan_0001.pdf", "pdf")], [[LETTER]])))
    assert found == [{"part": 0, "title": "Einspruch", "sender": "Käthe Maaß", "letter_date": "2026-04-01"}]


def test_the_day_of_receipt_is_the_towns_and_not_greenwichs(tmp_path: Path) -> None:
    """Received at half past midnight on 1 April in Neustadt: a letter of that day is not of the future."""
    tomorrow = page_of("Neustadt, 2. April 2026", "Guten Tag,")
    found = parts_of(extract.run(context_of(tmp_path, [part(0, "a.pdf", "pdf")], [[tomorrow]])))
    assert found[0]["letter_date"] is None


def test_a_page_without_text_takes_its_title_from_the_file(tmp_path: Path) -> None:
    found = parts_of(extract.run(context_of(tmp_path, [part(0, "Widerspruch Müller.pdf", "pdf")], [[PageText()]])))
    assert found == [{"part": 0, "title": "Widerspruch Müller", "sender": "", "letter_date": None}]


def test_the_head_of_a_mail_counts_and_its_attachments_speak_for_themselves(tmp_path: Path) -> None:
    mail = {
        "subject": "Kita –\n Platz",
        "sender": '"Käthe Maaß" <k@x.example>',
        "recipients": "",
        "date": "2026-03-30T23:10:00+00:00",
    }
    parts = [part(0, "post.eml", "mail"), part(1, "brief.pdf", "pdf", 0), part(2, "foto.heic", None, 0)]
    found = parts_of(extract.run(context_of(tmp_path, parts, [[page_of("Hallo")], [LETTER]], mail=mail)))
    assert found[0] == {"part": 0, "title": "Kita – Platz", "sender": "Käthe Maaß", "letter_date": "2026-03-31"}
    assert found[1]["title"] == "Einspruch"
    assert found[2] == {"part": 2, "title": "foto", "sender": "Käthe Maaß", "letter_date": None}


def test_a_mail_without_readable_date_has_none(tmp_path: Path) -> None:
    mail = {"subject": "", "sender": "", "recipients": "", "date": "gestern"}
    found = parts_of(extract.run(context_of(tmp_path, [part(0, "post.eml", "mail")], [[]], mail=mail)))
    assert found == [{"part": 0, "title": "post", "sender": "", "letter_date": None}]


def test_without_a_model_every_part_is_of_no_known_kind(tmp_path: Path) -> None:
    found = parts_of(classify.run(context_of(tmp_path, [part(0, "a.pdf", "pdf")], [[LETTER]])))
    assert found == [{"part": 0, "type": None, "best": None, "confidence": 0.0, "because": [], "model": ""}]


def test_the_kind_is_recorded_with_its_reasons(tmp_path: Path) -> None:
    model = Known()
    mail = {"subject": "Widerspruch", "sender": "", "recipients": "", "date": None}
    parts = [part(0, "post.eml", "mail"), part(1, "a.pdf", "pdf", 0)]
    found = parts_of(
        classify.run(context_of(tmp_path, parts, [[page_of("Text")], [LETTER]], mail=mail, classifier=model))
    )
    assert found[0]["because"] == [{"word": "widerspruch", "weight": 0.4}]
    assert [one["part"] for one in found] == [0, 1]
    assert model.asked == ["Widerspruch\nText", LETTER.text]


# --- readings -----------------------------------------------------------------------------------------


def test_a_reading_comes_back_as_it_was_and_packs_to_the_same_bytes() -> None:
    pages = [NumberedPage(1, LETTER), NumberedPage(2, PageText())]
    assert [page.text.text for page in unpack_reading(pack_reading(pages))] == [LETTER.text, ""]
    assert pack_reading(pages) == pack_reading(pages)


@pytest.mark.parametrize("packed", [b"", b"no gzip", pack_reading([NumberedPage(1, LETTER)])[:-20]])
def test_a_damaged_reading_says_so(packed: bytes) -> None:
    with pytest.raises(ReadingDamaged):
        unpack_reading(packed)


def test_pages_of_several_ranges_come_in_order(tmp_path: Path) -> None:
    context = context_of(tmp_path, [part(0, "a.pdf", "pdf")], [[page_of("eins"), page_of("zwei"), page_of("drei")]])
    pages = read_pages(cast("Any", context.facts["read_text"]), 0, context.workspace)
    assert [page.text.text for page in pages] == ["eins", "zwei", "drei"]
    assert list(read_pages(cast("Any", context.facts["read_text"]), 7, context.workspace)) == []
