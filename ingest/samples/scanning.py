"""Turns printed pages into what a scanner makes of them: gray pictures at 300 dpi, skewed, blurred, speckled."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pypdfium2 as pdfium
import zxingcpp
from PIL import Image, ImageFilter

DPI = 300
A4 = (2480, 3508)
PAPER = 255


class Noise(StrEnum):
    CLEAN = "clean"
    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"


@dataclass(frozen=True, slots=True)
class Wear:
    """Of one noise level: `skew` in degrees at most, `blur` in pixels, `grain` in gray levels, `specks` per page."""

    skew: float
    blur: float
    grain: float
    specks: int
    paper: int
    ink: int


WEAR = {
    Noise.CLEAN: Wear(skew=0.2, blur=0.0, grain=1.0, specks=0, paper=250, ink=15),
    Noise.LIGHT: Wear(skew=0.5, blur=0.6, grain=3.0, specks=40, paper=244, ink=40),
    Noise.MEDIUM: Wear(skew=0.8, blur=1.0, grain=7.0, specks=160, paper=234, ink=65),
    Noise.HEAVY: Wear(skew=1.0, blur=1.5, grain=10.0, specks=300, paper=225, ink=75),
}


def picture_pages(pdf_bytes: bytes) -> list[Image.Image]:
    """Each page in gray, A4 at 300 dpi."""
    document = pdfium.PdfDocument(pdf_bytes)
    try:
        return [page.render(scale=DPI / 72, grayscale=True).to_pil().convert("L").resize(A4) for page in document]
    finally:
        document.close()


def wear(picture: Image.Image, noise: Noise, random: np.random.Generator) -> Image.Image:
    """The same random state wears the same way."""
    how = WEAR[noise]
    skew = float(random.uniform(-how.skew, how.skew))
    worn = picture.rotate(skew, resample=Image.Resampling.BILINEAR, fillcolor=PAPER)
    if how.blur:
        worn = worn.filter(ImageFilter.GaussianBlur(how.blur))
    gray = np.asarray(worn, dtype=np.float32) * ((how.paper - how.ink) / PAPER) + how.ink
    gray += _grain(gray.shape, how.grain, random) + _shade(gray.shape, how.grain, random)
    _speckle(gray, how.specks, random)
    return Image.fromarray(np.clip(gray, 0, 255).astype(np.uint8))


def _grain(shape: tuple[int, ...], level: float, random: np.random.Generator) -> np.ndarray:
    """Noise drawn once for a tile and laid out from a random corner: a whole page of it takes five times as long."""
    tile = random.standard_normal((1024, 1024), dtype=np.float32) * level
    tile = np.roll(tile, tuple(random.integers(0, 1024, 2)), axis=(0, 1))
    repeats = (shape[0] // 1024 + 1, shape[1] // 1024 + 1)
    return np.tile(tile, repeats)[: shape[0], : shape[1]]


def _shade(shape: tuple[int, ...], level: float, random: np.random.Generator) -> np.ndarray:
    """Paper that lies unevenly is darker towards one side."""
    across = np.linspace(0, -2.0 * level, shape[1], dtype=np.float32)
    return (across if random.random() < 0.5 else across[::-1])[np.newaxis, :]


def _speckle(gray: np.ndarray, count: int, random: np.random.Generator) -> None:
    for _ in range(count):
        size = int(random.integers(1, 4))
        y, x = (int(random.integers(0, edge - size)) for edge in gray.shape)
        gray[y : y + size, x : x + size] = random.integers(30, 120)


def blank_page() -> Image.Image:
    return Image.new("L", A4, PAPER)


def stick_barcodes(picture: Image.Image, text: str) -> Image.Image:
    """Puts a Code 128 label at the top right and a QR code with the same text at the bottom right."""
    labelled = picture.copy()
    bars = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    square = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    for code, scale, top in ((bars, 4, 50), (square, 10, 2900)):
        label = Image.fromarray(np.array(code.to_image(scale=scale, add_quiet_zones=True))).convert("L")
        if code is bars:
            label = label.resize((label.width, 130))
        labelled.paste(label, (A4[0] - label.width - 140, top))
    return labelled
