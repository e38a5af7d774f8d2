"""Operators read English (docs/decisions/0005): commands do not translate, and each explains itself in English."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDERS = ("config", "dms", "ingest", "retention", "search")
GERMAN = re.compile(r"[äöüßÄÖÜ„]|\b(?:und|nicht|bitte|ist|wird|kein|keine|das)\b", re.IGNORECASE)
SPEAKS = re.compile(r'"[^"\n]*"')


def speaking() -> list[Path]:
    """What a person at a terminal reads from."""
    commands = [file for name in FOLDERS for file in (CHECKOUT / name).rglob("management/commands/[!_]*.py")]
    return sorted([*commands, CHECKOUT / "manage.py", *(CHECKOUT / "scripts").rglob("*.py"), CHECKOUT / "Makefile"])


@pytest.mark.parametrize("file", speaking(), ids=lambda file: str(file.relative_to(CHECKOUT)))
def test_what_an_operator_reads_is_english(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "gettext" not in text or file.name == "messages.py"
    assert [said for said in SPEAKS.findall(text) if GERMAN.search(said)] == []


def test_this_would_find_a_german_sentence() -> None:
    assert len(speaking()) > 20
    assert GERMAN.search('"Suchindex und Datenbank stimmen überein."')
