"""Knows which typefaces letters may be set in: those of the distribution, else the one that comes with reportlab."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import reportlab
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont

FONTS = Path("/usr/share/fonts/truetype")
FALLBACK = Path(reportlab.__file__).parent / "fonts"
FAMILIES = {
    "LiberationSans": ("liberation/LiberationSans-Regular.ttf", "liberation/LiberationSans-Bold.ttf"),
    "LiberationSerif": ("liberation/LiberationSerif-Regular.ttf", "liberation/LiberationSerif-Bold.ttf"),
    "DejaVuSans": ("dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans-Bold.ttf"),
    "DejaVuSerif": ("dejavu/DejaVuSerif.ttf", "dejavu/DejaVuSerif-Bold.ttf"),
}


@dataclass(frozen=True, slots=True)
class Typeface:
    """Names under which reportlab knows the fonts."""

    regular: str
    bold: str


@cache
def load_typeface(family: str) -> Typeface:
    """Embedded in every PDF. Line breaks, and so the pages' texts, differ where a family is not installed."""
    regular, bold = (FONTS / name for name in FAMILIES[family])
    if not (regular.exists() and bold.exists()):
        regular, bold = FALLBACK / "Vera.ttf", FALLBACK / "VeraBd.ttf"
    registerFont(TTFont(f"{family}", str(regular)))
    registerFont(TTFont(f"{family}-Bold", str(bold)))
    return Typeface(family, f"{family}-Bold")
