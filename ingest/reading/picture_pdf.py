"""Sets the frames of a picture file as PDF pages without losing a pixel: JPEG bytes as they are, CCITT, or Flate."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from io import BytesIO
from typing import cast

import pikepdf
from pikepdf import Dictionary, Matrix, Name, Stream
from PIL import Image

from ingest.reading.limits import Limits
from ingest.reading.picture_file import FORMATS
from ingest.reading.pictures import Frame, PictureFrames, frame_inches, plain, refuse_too_large, stated_placement

POINTS_PER_INCH = 72.0
LONGEST_SIDE = 14_400.0
"""Points; no PDF page may be longer (ISO 32000-1, C.2)."""
STRIP_OFFSETS, ROWS_PER_STRIP, STRIP_BYTES, PHOTOMETRIC = 273, 278, 279, 262


@dataclass(frozen=True, slots=True)
class PlacedPicture:
    """An image with the size of its page in points, and how its unit square is laid on that page."""

    stream: Stream
    width: float
    height: float
    placement: Matrix


def append_frame(pdf: pikepdf.Pdf, frames: PictureFrames, number: int, limits: Limits) -> None:
    """Adds frame `number` (from 1) as a page of its own. Raises PictureTooLarge, PictureDamaged."""
    placed = _jpeg_as_it_is(pdf, frames, number, limits) or _decoded(pdf, frames.decode(number, limits))
    page = pdf.add_blank_page(page_size=(placed.width, placed.height))
    name = page.add_resource(placed.stream, Name.XObject, Name("/Picture"))
    page.contents_add(b"q %s cm %s Do Q" % (placed.placement.encode(), str(name).encode()))


def frame_fingerprint(frames: PictureFrames, number: int, limits: Limits) -> bytes:
    """What `picture_fingerprint` must say of the page made of this frame."""
    if frames.is_plain_jpeg:
        return hashlib.sha256(frames.path.read_bytes()).digest()
    return _pixels_digest(_storable(frames.decode(number, limits).image))


def picture_fingerprint(page: pikepdf.Page) -> bytes:
    """Of the JPEG bytes, or of the pixels of another coding."""
    stream = cast("Stream", page.resources.XObject[Name("/Picture")])
    if stream.Filter == Name.DCTDecode:
        return hashlib.sha256(stream.read_raw_bytes()).digest()
    return _pixels_digest(pikepdf.PdfImage(stream).as_pil_image())


def _jpeg_as_it_is(pdf: pikepdf.Pdf, frames: PictureFrames, number: int, limits: Limits) -> PlacedPicture | None:
    if number != 1 or not frames.is_plain_jpeg:
        return None
    path = frames.path
    with Image.open(path, formats=FORMATS) as image:
        refuse_too_large(image.size, limits)
        orientation, across, down = stated_placement(image)
        upright = (image.height, image.width) if orientation >= 5 else image.size
        space = Name.DeviceGray if image.mode == "L" else Name.DeviceRGB
        stream = _image_stream(pdf, path.read_bytes(), image.size, space, 8)
    stream.Filter = Name.DCTDecode
    width, height = _points(frame_inches(upright, across, down))
    return PlacedPicture(stream, width, height, _placement(orientation, width, height))


def _decoded(pdf: pikepdf.Pdf, frame: Frame) -> PlacedPicture:
    image = _storable(frame.image)
    width, height = _points(frame_inches(image.size, frame.across, frame.down))
    stream = _ccitt(pdf, image) if image.mode == "1" else _flate(pdf, image)
    return PlacedPicture(stream, width, height, Matrix(width, 0, 0, height, 0, 0))


def _storable(image: Image.Image) -> Image.Image:
    return image if image.mode == "1" else plain(image)


def _ccitt(pdf: pikepdf.Pdf, image: Image.Image) -> Stream:
    """Group 4, written by libtiff as one strip that is taken out of its TIFF."""
    buffer = BytesIO()
    image.save(buffer, "TIFF", compression="group4", tiffinfo={ROWS_PER_STRIP: image.height})
    with Image.open(BytesIO(buffer.getvalue())) as written:
        tags = written.tag_v2  # type: ignore[attr-defined]
        (offset,), (length,) = tags[STRIP_OFFSETS], tags[STRIP_BYTES]
        black_is_one = tags[PHOTOMETRIC] == 1
    stream = _image_stream(pdf, buffer.getvalue()[offset : offset + length], image.size, Name.DeviceGray, 1)
    stream.Filter = Name.CCITTFaxDecode
    stream.DecodeParms = Dictionary(K=-1, Columns=image.width, Rows=image.height, BlackIs1=black_is_one)
    return stream


def _flate(pdf: pikepdf.Pdf, image: Image.Image) -> Stream:
    """The compressed rows of a PNG are what PDF calls Flate with predictor 15."""
    buffer = BytesIO()
    image.save(buffer, "PNG", compress_level=4)
    channels = len(image.getbands())
    space = Name.DeviceGray if channels == 1 else Name.DeviceRGB
    stream = _image_stream(pdf, _png_rows(buffer.getvalue()), image.size, space, 8)
    stream.Filter = Name.FlateDecode
    stream.DecodeParms = Dictionary(Predictor=15, Colors=channels, BitsPerComponent=8, Columns=image.width)
    return stream


def _png_rows(png: bytes) -> bytes:
    rows, at = [], 8
    while at < len(png):
        length, kind = struct.unpack_from("!I4s", png, at)
        if kind == b"IDAT":
            rows.append(png[at + 8 : at + 8 + length])
        at += 12 + length
    return b"".join(rows)


def _image_stream(pdf: pikepdf.Pdf, data: bytes, size: tuple[int, int], space: Name, bits: int) -> Stream:
    return Stream(
        pdf,
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=size[0],
        Height=size[1],
        ColorSpace=space,
        BitsPerComponent=bits,
    )


def _points(inches: tuple[float, float]) -> tuple[float, float]:
    factor = min(POINTS_PER_INCH, LONGEST_SIDE / max(inches))
    return max(3.0, inches[0] * factor), max(3.0, inches[1] * factor)


def _placement(orientation: int, width: float, height: float) -> Matrix:
    """How the unit square of an image with this EXIF orientation is laid on the upright page."""
    w, h = width, height
    placements = {
        2: (-w, 0, 0, h, w, 0),
        3: (-w, 0, 0, -h, w, h),
        4: (w, 0, 0, -h, 0, h),
        5: (0, -h, -w, 0, w, h),
        6: (0, -h, w, 0, 0, h),
        7: (0, h, w, 0, 0, 0),
        8: (0, h, -w, 0, w, 0),
    }
    return Matrix(*placements.get(orientation, (w, 0, 0, h, 0, 0)))


def _pixels_digest(image: Image.Image) -> bytes:
    return hashlib.sha256(f"{image.mode} {image.size}".encode() + image.tobytes()).digest()
