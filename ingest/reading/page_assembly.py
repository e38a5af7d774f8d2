"""Makes a PDF of pages of another file, in any order and turned: their content is carried over, never made anew.

Call it through `run_limited`: the file may crash the libraries.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf

from ingest.reading.limits import Limits
from ingest.reading.pdf_file import signature_fields
from ingest.reading.picture_pdf import append_frame
from ingest.reading.pictures import PictureDamaged, PictureFrames, PictureTooLarge

INHERITED = (Name.Resources, Name.MediaBox, Name.CropBox, Name.Rotate)
"""What a page may have from the tree above it (ISO 32000-1, table 30)."""
DEEPEST_TREE = 50


@dataclass(frozen=True, slots=True)
class PickedPage:
    """A page of the source, from 1, turned clockwise by so many degrees."""

    number: int
    turn: int = 0


class PagesMissing(ValueError):
    """The file has not the pages that were picked."""


ASSEMBLY_TROUBLE = (PagesMissing, pikepdf.PdfError, PictureDamaged, PictureTooLarge)
"""What the file may be to blame for."""


def assemble_pages(source: Path, is_picture: bool, pages: Sequence[PickedPage], target: Path, limits: Limits) -> None:
    """Pictures keep their bytes (`picture_pdf`), pages of a PDF their content streams and images.

    With all pages kept, bookmarks, tags, forms and attached files stay; a signature goes, for it would be a broken one.
    With pages left out, only the pages go over, with their form fields; what else is in the file may tell of them.
    Raises PagesMissing, and what pikepdf and the pictures raise.
    """
    if is_picture:
        _of_picture(source, pages, target, limits)
        return
    with pikepdf.open(source) as pdf:
        numbers = [picked.number for picked in pages]
        if not all(1 <= number <= len(pdf.pages) for number in numbers):
            raise PagesMissing
        _take_signatures_off(pdf)
        if sorted(numbers) == list(range(1, len(pdf.pages) + 1)):
            _reorder(pdf, pages)
            pdf.save(target)
            return
        with Pdf.new() as made:
            for picked in pages:
                made.add_pages_from(pdf, [picked.number - 1])
                _turn(made.pages[-1], picked.turn)
            made.save(target)


@dataclass(frozen=True, slots=True)
class TakenPages:
    """Pages of one file, in this order."""

    source: Path
    is_picture: bool
    pages: Sequence[PickedPage]


def assemble_files(files: Sequence[Sequence[TakenPages]], folder: Path, limits: Limits) -> list[Path]:
    """A PDF in `folder` for each of `files`, of the pages alone with their form fields. Each source is opened once.

    Raises PagesMissing, and what pikepdf and the pictures raise.
    """
    made: list[Path] = []
    with ExitStack() as stack:
        opened: dict[Path, Pdf | PictureFrames] = {}
        for taken in (one for file in files for one in file):
            if taken.source not in opened:
                opened[taken.source] = _opened(taken, stack)
        for number, file in enumerate(files):
            target = folder / f"made-{number}.pdf"
            with Pdf.new() as pdf:
                for taken in file:
                    _append(pdf, taken, opened[taken.source], limits)
                pdf.save(target)
            made.append(target)
    return made


def _opened(taken: TakenPages, stack: ExitStack) -> Pdf | PictureFrames:
    if taken.is_picture:
        return stack.enter_context(PictureFrames(taken.source))
    return stack.enter_context(pikepdf.open(taken.source))


def _append(made: Pdf, taken: TakenPages, source: Pdf | PictureFrames, limits: Limits) -> None:
    for picked in taken.pages:
        if isinstance(source, PictureFrames):
            append_frame(made, source, picked.number, limits)
        elif 1 <= picked.number <= len(source.pages):
            made.add_pages_from(source, [picked.number - 1])
        else:
            raise PagesMissing
        _turn(made.pages[-1], picked.turn)


def _of_picture(source: Path, pages: Sequence[PickedPage], target: Path, limits: Limits) -> None:
    with Pdf.new() as made, PictureFrames(source) as frames:
        for picked in pages:
            append_frame(made, frames, picked.number, limits)
            _turn(made.pages[-1], picked.turn)
        made.save(target)


def _reorder(pdf: Pdf, pages: Sequence[PickedPage]) -> None:
    """The very page objects in another order: what points at them (bookmarks, fields, tags) still does."""
    tree, picked = pdf.Root.Pages, [pdf.pages[one.number - 1] for one in pages]
    for page, one in zip(picked, pages, strict=True):
        for name in INHERITED:
            _own(page.obj, name)
        _turn(page, one.turn)
    for page in picked:
        page.obj.Parent = tree
    tree.Kids, tree.Count = Array([page.obj for page in picked]), len(picked)
    for name in INHERITED:
        if name in tree:
            del tree[name]


def _own(page: Object, name: Name) -> None:
    """What a page has from the tree above it is written into the page itself."""
    above, depth = page, 0
    while name not in page and Name.Parent in above and depth < DEEPEST_TREE:
        above, depth = above.Parent, depth + 1
        if name in above:
            page[name] = above[name]


def _turn(page: pikepdf.Page, turn: int) -> None:
    if turn:
        page.rotate(turn, relative=True)


def _take_signatures_off(pdf: Pdf) -> None:
    """With what shows them: a stamp without a signature would claim what is not so."""
    gone = {one.objgen for field in signature_fields(pdf.Root) for one in (field, *field.get(Name.Kids, Array()))}
    for page in pdf.pages:
        _leave_out(page.obj, Name.Annots, gone)
    form = pdf.Root.get(Name.AcroForm)
    if isinstance(form, Dictionary):
        _leave_out(form, Name.Fields, gone)
        if Name.SigFlags in form:
            del form[Name.SigFlags]
    for name in (Name.Perms, Name.DSS):
        if name in pdf.Root:
            del pdf.Root[name]


def _leave_out(owner: Object, name: Name, gone: set[tuple[int, int]]) -> None:
    if gone and isinstance(owner.get(name), Array):
        owner[name] = Array([one for one in owner[name] if one.objgen not in gone])
