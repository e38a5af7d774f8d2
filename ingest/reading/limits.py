"""What one piece of work on a foreign file may cost at the most."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What the operating system enforces on one piece of document work, in its own process (`ingest/reading/sandbox`).

    `memory_mb` counts what the child may allocate on top of what it was born with.
    """

    memory_mb: int = 400
    seconds: int = 60
    pixels: int = 150_000_000
    """The largest picture that is decoded at all: a little more than A0 at 300 dpi."""
    pages: int = 5_000
    unpacked_mb: int = 500
    """All attachments of one e-mail together."""
    parts: int = 200
