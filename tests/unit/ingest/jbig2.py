"""Black pages as JBIG2 (ITU-T T.88) of any size in a few kilobytes, for want of an encoder: one MMR coded region.

The first line is one black run over its whole width (T.6, horizontal mode); each further line says "as above".
"""

from __future__ import annotations

import io
import struct

import pikepdf

MAKEUP = 2560
"""The longest run that one code word of T.4 stands for; widths are multiples of it."""
HORIZONTAL, WHITE_0, BLACK_2560, BLACK_0, AS_ABOVE, END = (
    "001", "00110101", "000000011111", "0000110111", "11", "000000000001" * 2,
)  # fmt: skip
PAGE_INFORMATION, IMMEDIATE_GENERIC_REGION = 48, 38
MMR = 1


def black_page(runs: int, height: int) -> bytes:
    """A PDF of one A4 page that is one black picture, `runs` × 2560 pixels wide."""
    width = runs * MAKEUP
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    picture = pdf.make_stream(
        _stream(runs, height),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=width,
        Height=height,
        BitsPerComponent=1,
        ColorSpace=pikepdf.Name.DeviceGray,
        Filter=pikepdf.Name.JBIG2Decode,
    )
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=picture))
    page.Contents = pdf.make_stream(b"q 595 0 0 842 0 0 cm /Scan Do Q")
    buffer = io.BytesIO()
    pdf.save(buffer)
    return buffer.getvalue()


def _stream(runs: int, height: int) -> bytes:
    bits = HORIZONTAL + WHITE_0 + BLACK_2560 * runs + BLACK_0 + AS_ABOVE * (height - 1) + END
    bits += "0" * (-len(bits) % 8)
    coded = int(bits, 2).to_bytes(len(bits) // 8, "big")
    size = struct.pack(">II", runs * MAKEUP, height)
    region = size + struct.pack(">IIBB", 0, 0, 0, MMR)
    return _segment(0, PAGE_INFORMATION, size + bytes(11)) + _segment(1, IMMEDIATE_GENERIC_REGION, region + coded)


def _segment(number: int, kind: int, data: bytes) -> bytes:
    return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data
