"""Embeds the Liberation fonts for the standard fonts that a PDF leaves to its viewer: same widths, same line breaks.

ISO 32000-1 (9.6.2.2) lets a file name fourteen fonts without bringing them, and every viewer shows a font of its own
for them; PDF/A wants them in the file. Only fonts of the same widths are put in, so that nothing on the page moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import pikepdf
from fontTools import agl, subset
from fontTools.encodings.StandardEncoding import StandardEncoding
from fontTools.ttLib import TTFont, TTLibError
from pikepdf import Array, Dictionary, Name

FONT_FOLDER = Path("/usr/share/fonts/truetype/liberation")
"""Debian's fonts-liberation."""
FAMILIES = {"Helvetica": "Sans", "Arial": "Sans", "Times": "Serif", "Courier": "Mono"}
STANDARD = re.compile(
    r"(Helvetica|Arial|Times|Courier)(?:New)?(?:Roman)?(?:PS)?(?:MT)?[-,]?(?:Roman|Regular)?(Bold)?(Italic|Oblique)?(?:MT)?"
)
"""The fourteen (without Symbol and ZapfDingbats) and the names under which Windows knows those of the same widths."""
SUBSET_TAG = re.compile(r"[A-Z]{6}\+")
PROGRAMS = (Name.FontFile, Name.FontFile2, Name.FontFile3)
SIMPLE = (Name.Type1, Name.TrueType)
FIXED_PITCH, SERIF, NONSYMBOLIC, ITALIC = 1, 2, 32, 64
"""Flags of a font descriptor (ISO 32000-1, table 123)."""
WIDTHS_AGREE = 2.0
"""Thousandths of the font's size: what rounding makes of the same width."""


def unembedded_fonts(pdf: pikepdf.Pdf) -> tuple[str, ...]:
    """Their names, each once."""
    return tuple(dict.fromkeys(_plain_name(font) for font in _without_program(pdf)))


def embed_standard_fonts(pdf: pikepdf.Pdf) -> tuple[str, ...]:
    """Replaces in `pdf` what can be replaced, and names those of it in which something is written.

    What cannot be replaced stays, for the validator to refuse.
    """
    written, fonts = _written_in(pdf), list(_without_program(pdf))
    names = [_plain_name(font) for font in fonts]
    replaced = [(font, name) for font, name in zip(fonts, names, strict=True) if _replace(pdf, font, name)]
    return tuple(dict.fromkeys(name for font, name in replaced if written is None or font.objgen in written))


def _without_program(pdf: pikepdf.Pdf) -> Iterator[Dictionary]:
    for thing in pdf.objects:
        if isinstance(thing, Dictionary) and thing.get(Name.Type) == Name.Font and _lacks_program(thing):
            yield thing


def _lacks_program(font: Dictionary) -> bool:
    if font.get(Name.Subtype) in (Name.Type0, Name.Type3):
        return False  # a Type 0 font's descendant is looked at by itself; the glyphs of a Type 3 font are drawn
    descriptor = font.get(Name.FontDescriptor)
    return not isinstance(descriptor, Dictionary) or not any(key in descriptor for key in PROGRAMS)


def _plain_name(font: Dictionary) -> str:
    return SUBSET_TAG.sub("", str(font.get(Name.BaseFont, "/?")).removeprefix("/")).replace(" ", "")


def _written_in(pdf: pikepdf.Pdf) -> set[tuple[int, int]] | None:
    """Fonts in which a page shows text; None when that cannot be told (text inside of forms and patterns)."""
    found: set[tuple[int, int]] = set()
    for page in pdf.pages:
        if any(thing.get(Name.Subtype) == Name.Form for thing in page.resources.get(Name.XObject, {}).values()):
            return None
        fonts, current = page.resources.get(Name.Font, Dictionary()), None
        for instruction in pikepdf.parse_content_stream(page, "Tf Tj TJ ' \""):
            if str(instruction.operator) == "Tf":
                current = fonts.get(str(instruction.operands[0]))
            elif current is not None:
                found.add(current.objgen)
    return found


# --- one font ---------------------------------------------------------------------------------------


def _replace(pdf: pikepdf.Pdf, font: Dictionary, name: str) -> bool:
    known = STANDARD.fullmatch(name)
    if known is None or font.get(Name.Subtype) not in SIMPLE:
        return False
    family, bold, slanted = FAMILIES[known[1]], known[2] or "", "Italic" if known[3] else ""
    characters = _characters(font)
    program = font_program(f"Liberation{family}-{bold + slanted or 'Regular'}", frozenset(characters.values()))
    if program is None:
        return False
    widths = _agreeing(font, _widths(program, characters))
    _write(pdf, font, program, widths, characters, f"LIBERA+Liberation{family}{bold}{slanted}")
    return True


def _characters(font: Dictionary) -> dict[int, int]:
    """Unicode value by code, of all codes that stand for a character."""
    encoding = font.get(Name.Encoding)
    base = encoding.get(Name.BaseEncoding) if isinstance(encoding, Dictionary) else encoding
    found = dict(_base_characters(base, type1=font.get(Name.Subtype) == Name.Type1))
    code = 0
    for entry in encoding.get(Name.Differences, []) if isinstance(encoding, Dictionary) else []:
        if isinstance(entry, Name):
            found[code] = ord((agl.toUnicode(str(entry).removeprefix("/")) or "\0")[0])
            code += 1
        else:
            code = int(entry)
    return {code: value for code, value in found.items() if value >= ord(" ")}


def _base_characters(base: object, *, type1: bool) -> Iterator[tuple[int, int]]:
    if base == Name.MacRomanEncoding:
        yield from _decoded("mac_roman")
    elif base == Name.WinAnsiEncoding or not type1:
        yield from _decoded("cp1252")
    else:
        for code, name in enumerate(StandardEncoding):
            if name in agl.AGL2UV:
                yield code, agl.AGL2UV[name]


@cache
def _decoded(codec: str) -> tuple[tuple[int, int], ...]:
    decoded = ((code, bytes([code]).decode(codec, "ignore")) for code in range(32, 256))
    return tuple((code, ord(character)) for code, character in decoded if character)


@dataclass(frozen=True, slots=True)
class FontProgram:
    """A font with some of its characters; lengths in thousandths of the font's size."""

    content: bytes
    widths: Mapping[int, float]
    """By Unicode value."""
    box: tuple[int, ...]
    ascent: int
    descent: int


def prepare_fonts() -> None:
    """Makes what most letters without fonts of their own need, for all processes that are forked from this one."""
    for name in ("LiberationSans-Regular", "LiberationSans-Bold"):
        for type1 in (True, False):
            font_program(name, frozenset(value for _code, value in _base_characters(None, type1=type1)))


@cache
def font_program(name: str, characters: frozenset[int]) -> FontProgram | None:
    """The font with no more than these characters; None where the font is not installed."""
    options = subset.Options()
    options.layout_features, options.name_IDs, options.hinting, options.notdef_outline = [], [], False, True
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "kern", "DSIG", "gasp", "FFTM"]
    try:
        font = TTFont(BytesIO((FONT_FOLDER / f"{name}.ttf").read_bytes()), lazy=True)
        reducing = subset.Subsetter(options)
        reducing.populate(unicodes=set(characters))
        reducing.subset(font)
    except (OSError, TTLibError):
        return None
    return _measured(font)


def _measured(font: TTFont) -> FontProgram:
    written = BytesIO()
    font.save(written)
    head, unit = font["head"], 1000 / font["head"].unitsPerEm
    widths = {value: round(font["hmtx"][glyph][0] * unit, 3) for value, glyph in font.getBestCmap().items()}
    box = tuple(round(edge * unit) for edge in (head.xMin, head.yMin, head.xMax, head.yMax))
    return FontProgram(
        written.getvalue(), widths, box, round(font["hhea"].ascent * unit), round(font["hhea"].descent * unit)
    )


def _widths(program: FontProgram, characters: dict[int, int]) -> dict[int, float]:
    """By code."""
    return {code: program.widths[value] for code, value in characters.items() if value in program.widths}


def _agreeing(font: Dictionary, widths: dict[int, float]) -> dict[int, float]:
    """Without the characters for which the file has another width: the validator refuses where one of them is shown.

    The fourteen may leave their widths out.
    """
    stated, first = font.get(Name.Widths), int(font.get(Name.FirstChar, 0))
    if not isinstance(stated, Array):
        return widths
    theirs = {first + number: float(width) for number, width in enumerate(list(stated))}
    return {code: width for code, width in widths.items() if abs(theirs.get(code, width) - width) <= WIDTHS_AGREE}


def _write(
    pdf: pikepdf.Pdf,
    font: Dictionary,
    program: FontProgram,
    widths: dict[int, float],
    characters: dict[int, int],
    name: str,
) -> None:
    """Over the old font in its place, so that every page that names it gets the new one."""
    for key in (Name.FontDescriptor, Name.MissingWidth):
        if key in font:
            del font[key]
    first, last = min(widths, default=32), max(widths, default=32)
    font.Subtype, font.BaseFont = Name.TrueType, Name(f"/{name}")
    font.FirstChar, font.LastChar = first, last
    font.Widths = Array([widths.get(code, 0) for code in range(first, last + 1)])
    font.Encoding = _encoding({code: characters[code] for code in widths})
    font.FontDescriptor = pdf.make_indirect(_descriptor(pdf, program, name))


def _encoding(characters: dict[int, int]) -> Dictionary | Name:
    usual = dict(_decoded("cp1252"))
    differences: list[int | Name] = []
    for code, value in sorted(characters.items()):
        if usual.get(code) != value and value in agl.UV2AGL:
            differences += [code, Name(f"/{agl.UV2AGL[value]}")]
    if not differences:
        return Name.WinAnsiEncoding
    return Dictionary(Type=Name.Encoding, BaseEncoding=Name.WinAnsiEncoding, Differences=Array(differences))


def _descriptor(pdf: pikepdf.Pdf, program: FontProgram, name: str) -> Dictionary:
    stream = pdf.make_stream(program.content)
    stream.Length1 = len(program.content)
    flags = NONSYMBOLIC | (ITALIC if "Italic" in name else 0)
    flags |= (FIXED_PITCH if "Mono" in name else 0) | (SERIF if "Serif" in name else 0)
    return Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(f"/{name}"),
        Flags=flags,
        FontBBox=Array(list(program.box)),
        ItalicAngle=-12 if "Italic" in name else 0,
        Ascent=program.ascent,
        Descent=program.descent,
        CapHeight=716,
        StemV=140 if "Bold" in name else 80,
        FontFile2=stream,
    )
