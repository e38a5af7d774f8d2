"""Sets a letter on pages of A4 as DIN 5008 has it, and knows the exact text of each page in reading order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from reportlab.pdfbase.pdfmetrics import stringWidth

from ingest.samples import people
from ingest.samples.annexes import Table
from ingest.samples.letters import Letter
from ingest.samples.typefaces import Typeface

MM = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
LEFT, RIGHT = 25 * MM, 190 * MM
TOP, BOTTOM = 22 * MM, 268 * MM


@dataclass(frozen=True, slots=True)
class Run:
    """One piece of text: `x` and `y` in points from the top left, `y` at the base line."""

    x: float
    y: float
    font: str
    size: float
    text: str


@dataclass(slots=True)
class Page:
    """`lines` are the lines of text in reading order, each of one or more runs; `rules` are straight lines."""

    lines: list[list[Run]] = field(default_factory=list)
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)
    signature_at: tuple[float, float] | None = None

    @property
    def text(self) -> str:
        return "\n".join(" ".join(run.text for run in line) for line in self.lines)


class Typesetter:
    """Fills pages from the top; starts a new one when a line no longer fits."""

    def __init__(self, letter: Letter, face: Typeface, size: float) -> None:
        self.letter, self.face, self.size = letter, face, size
        self.pages = [Page()]
        self.y = TOP

    @property
    def page(self) -> Page:
        return self.pages[-1]

    def set(self) -> list[Page]:
        self._head()
        self._body()
        self._end()
        for annex in self.letter.annexes:
            self._annex(annex)
        self._number_pages()
        return self.pages

    # --- parts of the letter --------------------------------------------------------------------

    def _head(self) -> None:
        sender = self.letter.sender
        if sender.feminine is None:
            self._line(sender.name, bold=True, size=self.size + 5)
            self._rule()
        else:
            for line in (sender.name, sender.street, sender.town, f"Telefon {sender.phone}"):
                self._line(line)
        if self.letter.form:
            self.y += 14 * MM
            self._line(self.letter.subject, bold=True, size=self.size + 4, gap=5 * MM)
            return
        self._address_field()
        self._references()
        self.y += 8 * MM
        for line in self._wrapped(self.letter.subject, bold=True):
            self._line(line, bold=True)
        self.y += 5 * MM
        self._line(self.letter.salutation, gap=3 * MM)

    def _address_field(self) -> None:
        sender = self.letter.sender
        self.y = max(self.y + 6 * MM, 47 * MM)
        self._line(self.letter.separator.join([sender.name, sender.street, sender.town]), size=7.5, gap=2.5 * MM)
        self.page.rules.append((LEFT, self.y - 4.2 * MM, LEFT + 85 * MM, self.y - 4.2 * MM))
        for line in (f"Stadt {people.TOWN}", self.letter.office, "Rathausplatz 1", f"{people.POSTCODE} {people.TOWN}"):
            self._line(line)
        self.y = max(self.y, 86 * MM)

    def _references(self) -> None:
        references = self.letter.references
        if not references:
            self._flush_right(self.letter.date_line)
            return
        step = (RIGHT - LEFT) / len(references)
        for part in (0, 1):
            size = 8.0 if part == 0 else self.size
            runs = [Run(LEFT + step * n, self.y, self.face.regular, size, r[part]) for n, r in enumerate(references)]
            self.page.lines.append(runs)
            self.y += size * 1.35

    def _body(self) -> None:
        for paragraph in self.letter.paragraphs:
            self._paragraph(paragraph)
        if self.letter.table:
            self._table(self.letter.table)
        for paragraph in self.letter.after_table:
            self._paragraph(paragraph)

    def _end(self) -> None:
        if self.letter.closing:
            self._room(30 * MM)
            self._line(self.letter.closing)
        else:
            self._room(34 * MM)
            self._line(self.letter.date_line)
        self.page.signature_at = (LEFT + 2 * MM, self.y + 9 * MM)
        self.y += 19 * MM
        self._line(self.letter.sender.name)
        if self.letter.iban:
            self.y += 6 * MM
            self._line(f"Bankverbindung: Lahrtaler Volksbank, IBAN {self.letter.iban}", size=8)

    def _annex(self, table: Table) -> None:
        self.pages.append(Page())
        self.y = TOP
        self._line(table.title, bold=True, size=self.size + 2, gap=4 * MM)
        self._table(table)

    def _number_pages(self) -> None:
        if len(self.pages) == 1:
            return
        for number, page in enumerate(self.pages, 1):
            text = f"Seite {number} von {len(self.pages)}"
            width = stringWidth(text, self.face.regular, 8.5)
            page.lines.append([Run((WIDTH - width) / 2, 282 * MM, self.face.regular, 8.5, text)])

    # --- lines ----------------------------------------------------------------------------------

    def _paragraph(self, paragraph: str) -> None:
        heading, _, text = paragraph.rpartition("\n")
        if heading:
            self._room(18 * MM)
            self._line(heading, bold=True)
        for line in self._wrapped(text):
            self._line(line)
        self.y += self.size * 0.75

    def _table(self, table: Table) -> None:
        self.y += 1 * MM
        self._row(table, table.header, bold=True)
        self.page.rules.append((LEFT, self.y - self.size, RIGHT, self.y - self.size))
        for row in table.rows:
            for cells in [[line] for line in self._wrapped(row[0])] if len(row) == 1 else [row]:
                self._row(table, cells)
        self.y += 4 * MM

    def _row(self, table: Table, cells: list[str], bold: bool = False) -> None:
        self._room(self.size * 1.5)
        font = self.face.bold if bold else self.face.regular
        runs, x = [], LEFT
        for number, (cell, share) in enumerate(zip(cells, table.widths, strict=True)):
            width = (RIGHT - LEFT) * share
            shift = width - stringWidth(cell, font, self.size) if number >= len(cells) - table.right else 0
            if cell:
                runs.append(Run(x + shift, self.y, font, self.size, cell))
            x += width
        self.page.lines.append(runs)
        self.y += self.size * 1.5

    def _line(self, text: str, *, bold: bool = False, size: float | None = None, gap: float = 0) -> None:
        size = size or self.size
        self._room(size * 1.3)
        self.page.lines.append([Run(LEFT, self.y, self.face.bold if bold else self.face.regular, size, text)])
        self.y += size * 1.3 + gap

    def _flush_right(self, text: str) -> None:
        x = RIGHT - stringWidth(text, self.face.regular, self.size)
        self.page.lines.append([Run(x, self.y, self.face.regular, self.size, text)])
        self.y += self.size * 1.3

    def _rule(self) -> None:
        self.page.rules.append((LEFT, self.y - 8, RIGHT, self.y - 8))

    def _room(self, needed: float) -> None:
        if self.y + needed > BOTTOM:
            self.pages.append(Page())
            self.y = TOP

    def _wrapped(self, text: str, bold: bool = False) -> Iterator[str]:
        font, line = self.face.bold if bold else self.face.regular, ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if line and stringWidth(longer, font, self.size) > RIGHT - LEFT:
                yield line
                longer = word
            line = longer
        if line:
            yield line


def set_letter(letter: Letter, face: Typeface, size: float) -> list[Page]:
    """`size` of the type in points."""
    return Typesetter(letter, face, size).set()
