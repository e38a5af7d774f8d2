"""Tables for spreadsheets: written as Excel in German offices opens them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@")


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """With the mark by which Excel knows UTF-8, separated by semicolons."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(map(_guarded, rows))
    return "\N{BYTE ORDER MARK}" + out.getvalue()


def unguarded(cell: str) -> str:
    """A cell that was written by `write_table`, as it was before."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _guarded(row: Sequence[str]) -> list[str]:
    """A spreadsheet would take a text that begins like a formula for one."""
    return [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row]
