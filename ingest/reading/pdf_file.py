"""Decides whether a PDF can be read, what it must not lose, and how each of its pages is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pikepdf
from PIL import Image

from ingest.facts import PageWay
from ingest.reasons import Reason
from ingest.steps.contract import Limits


@dataclass(frozen=True, slots=True)
class PdfInspection:
    """What `ingest.facts.InspectedPart` says about a PDF. `working` is a repaired copy, None when the file is sound."""

    plan: tuple[PageWay, ...] = ()
    working: Path | None = None
    signed: bool = False
    encrypted: bool = False
    tagged: bool = False
    form: bool = False
    pages_seen: dict[str, int | None] | None = None
    problem: Reason | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FullPagePicture:
    """The one picture that covers a page. Turn it `turn` degrees clockwise to see it as the page shows it."""

    image: pikepdf.PdfImage
    turn: int
    dpi: int

    def decode(self) -> Image.Image:
        """The pixels as stored, before the turn: mode 1, L or RGB."""
        raise NotImplementedError


def inspect_pdf(path: Path, folder: Path, limits: Limits) -> PdfInspection:
    """Call it through `run_limited`. A repaired copy goes to `folder`."""
    raise NotImplementedError


def full_page_picture(page: pikepdf.Page) -> FullPagePicture | None:
    """The picture when it alone makes the page and can be taken out without rendering, else None."""
    raise NotImplementedError
