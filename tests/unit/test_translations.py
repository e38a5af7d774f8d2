"""Whoever reads English misses nothing: every text of the pages, the API and the reasons has its translation."""

from __future__ import annotations

import subprocess
from pathlib import Path

from django.utils.translation.template import templatize

CHECKOUT = Path(__file__).resolve().parents[2]
SOURCES = ("api", "dms", "frontend", "ingest", "retention", "search", "config")
CATALOGUE = CHECKOUT / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = ("gettext_noop", "gettext_lazy", "ngettext_lazy:1,2", "pgettext:1c,2", "npgettext:1c,2,3")


def gettext_tool(*command: str, text: str = "") -> str:
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=CHECKOUT)
    return done.stdout


def all_texts(folder: Path) -> str:
    """As a template of a catalogue."""
    files = [str(file) for name in SOURCES for file in sorted((CHECKOUT / name).rglob("*.py"))]
    for number, template in enumerate(sorted((CHECKOUT / "frontend" / "templates").rglob("*.html"))):
        copy = folder / f"{number}.py"
        copy.write_text(templatize(template.read_text(encoding="utf-8")), encoding="utf-8")
        files.append(str(copy))
    keywords = [f"--keyword={keyword}" for keyword in KEYWORDS]
    return gettext_tool("xgettext", "--language=Python", "--from-code=UTF-8", *keywords, "--output=-", *files)


def test_every_text_is_there_in_english(tmp_path: Path) -> None:
    wanted = tmp_path / "all.pot"
    wanted.write_text(all_texts(tmp_path), encoding="utf-8")
    assert "Posteingang" in wanted.read_text(encoding="utf-8")
    merged = gettext_tool("msgmerge", "--quiet", "--no-fuzzy-matching", "--output=-", str(CATALOGUE), str(wanted))
    missing = gettext_tool("msgattrib", "--untranslated", "--no-obsolete", "--no-location", "--no-wrap", text=merged)
    assert [line for line in missing.splitlines() if line.startswith("msgid")][1:] == []
