"""Tables for spreadsheets: written as Excel in German offices opens them, read as people save them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

_FORMULA = ("=", "+", "-", "@")


class UnreadableTable(ValueError):
    """The file as a whole is no such table. The message is for people."""


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """With the mark by which Excel knows UTF-8, separated by semicolons."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(map(_guarded, rows))
    return "\N{BYTE ORDER MARK}" + out.getvalue()


def read_table(
    content: bytes, headings: Mapping[str, Sequence[str]], needed: Iterable[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line that is not empty with its number, as values by field: those whose columns the first line names.

    `headings`: field → how its column may be called. Other columns are left out. Raises UnreadableTable.
    """
    text = _decoded(content)
    head = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=head.count))
    try:
        table = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        sentence = _("Die Tabelle lässt sich ab Zeile {line} nicht lesen.").format(line=reader.line_num)
        raise UnreadableTable(sentence) from error
    fields = _fields(table[0][1] if table else [], headings, needed)
    for line, cells in table[1:]:
        if any(cell.strip() for cell in cells):
            values = dict.fromkeys(filter(None, fields), "") | dict(zip(fields, map(_unguarded, cells), strict=False))
            values.pop("", None)
            yield line, values


def _fields(head: Sequence[str], headings: Mapping[str, Sequence[str]], needed: Iterable[str]) -> list[str]:
    """Of each column in turn; empty for one that is none of them."""
    known = {name.casefold(): field for field, names in headings.items() for name in names}
    fields = [known.get(cell.strip().casefold(), "") for cell in head]
    if missing := [field for field in needed if field not in fields]:
        sentence = _("In der ersten Zeile fehlt die Spalte „{column}“. Vorgesehen sind: {columns}.")
        columns = ", ".join(names[0] for names in headings.values())
        raise UnreadableTable(sentence.format(column=headings[missing[0]][0], columns=columns))
    return fields


def _decoded(content: bytes) -> str:
    """Excel saves in Windows' own character set unless told otherwise."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _unguarded(cell: str) -> str:
    """A cell that was written by `write_table`, as it was before."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _guarded(row: Sequence[str]) -> list[str]:
    """A spreadsheet would take a text that begins like a formula for one."""
    return [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row]
