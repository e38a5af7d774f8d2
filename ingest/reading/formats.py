"""Tells what a file is by its bytes, and whether we can read it."""

from __future__ import annotations

from pathlib import Path

from ingest.facts import PartKind


def identify(path: Path, filename: str) -> str | None:
    """The media type, told by the bytes; the name only decides between plain text and mail. None for an empty file."""
    raise NotImplementedError


def kind_of(media_type: str) -> PartKind | None:
    """How the file is read; None when it cannot be read (it is kept as it came)."""
    raise NotImplementedError
