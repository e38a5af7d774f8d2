"""Decides whether a PDF can be read, repairs it if that helps, and tells what later steps must not break."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
from pikepdf import Array, Dictionary, Name, Object, Pdf

from ingest.facts import PageWay
from ingest.reading.limits import Limits
from ingest.reading.page_picture import visible_box
from ingest.reading.page_way import choose_way
from ingest.reading.pdf_text import open_pdf
from ingest.reasons import Reason

PAGE_COUNT = re.compile(rb"/Type\s*/Pages[^>]{0,2000}?/Count\s+(\d{1,9})|/Count\s+(\d{1,9})[^>]{0,2000}?/Type\s*/Pages")
DEEPEST_FIELD = 16
"""How far form fields are followed; a cyclic field tree must end."""


@dataclass(frozen=True, slots=True)
class PdfInspection:
    """What `ingest.facts.InspectedPart` says about a PDF. `working` is a repaired copy, None when the file is sound.

    `notes` are codes: "repaired", "pages_missing" (the file speaks of more than were found), "unreadable_pages", "xfa".
    """

    plan: tuple[PageWay, ...] = ()
    working: Path | None = None
    signed: bool = False
    encrypted: bool = False
    tagged: bool = False
    form: bool = False
    pages_seen: dict[str, int | None] = field(default_factory=dict)
    problem: Reason | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Look:
    """How two libraries see one file: pages, and of PDFium also the pages that it can load; None: it cannot open it."""

    pdfium_pages: int | None
    loadable: int
    pikepdf_pages: int | None
    locked: bool
    hidden_pages: bool
    """A page whose visible part is empty (CropBox outside MediaBox): PDFium would show nothing of it."""

    @property
    def sound(self) -> bool:
        seen = self.pdfium_pages
        return seen is not None and seen == self.pikepdf_pages == self.loadable and not self.hidden_pages

    @property
    def pages_seen(self) -> dict[str, int | None]:
        return {"pypdfium2": self.pdfium_pages, "pikepdf": self.pikepdf_pages}


def inspect_pdf(path: Path, folder: Path, limits: Limits) -> PdfInspection:
    """Call it through `run_limited`: the file may crash the libraries. A repaired copy goes to `folder`."""
    look = _look(path)
    if look.locked:
        return PdfInspection(encrypted=True, pages_seen=look.pages_seen, problem=Reason.PASSWORD_NEEDED)
    if look.pdfium_pages is not None and look.pdfium_pages > limits.pages:
        return PdfInspection(pages_seen=look.pages_seen, problem=Reason.TOO_MANY_PAGES)
    working = None
    if not look.sound:
        working, look = _repaired(path, folder, look)
    found = replace(_marks(path), working=working, pages_seen=look.pages_seen, problem=_problem(look, limits))
    if working:
        found = replace(found, notes=(*found.notes, "repaired"))
        if look.loadable < _promised_pages(path):
            found = replace(found, notes=(*found.notes, "pages_missing"))
    if found.problem:
        return found
    if look.pdfium_pages != look.loadable:
        found = replace(found, notes=(*found.notes, "unreadable_pages"))
    return replace(found, plan=tuple(_plan(working or path, look.pikepdf_pages is not None, limits)))


def _problem(look: _Look, limits: Limits) -> Reason | None:
    if 0 in (look.pdfium_pages, look.pikepdf_pages) and not look.loadable:
        return Reason.NO_PAGES
    if look.pdfium_pages is None:
        return Reason.DAMAGED_FILE
    if look.pdfium_pages > limits.pages:
        return Reason.TOO_MANY_PAGES
    if look.loadable == 0:
        return Reason.DAMAGED_FILE
    if look.pikepdf_pages is not None and look.pikepdf_pages != look.pdfium_pages:
        return Reason.DAMAGED_FILE  # one of them misses pages, and nobody knows which
    return None


# --- two libraries look at it ------------------------------------------------------------------------


def _look(path: Path) -> _Look:
    pdfium_pages, loadable, hidden, locked_by_pdfium = _look_by_pdfium(path)
    pikepdf_pages: int | None = None
    locked = False
    try:
        with pikepdf.open(path) as pdf:
            pikepdf_pages = len(pdf.pages)
    except pikepdf.PasswordError:
        locked = True
    except pikepdf.PdfError:
        pass
    # PDFium's last error is that of the process: a file without pages sets none, so an older one may stand there
    locked |= locked_by_pdfium and pikepdf_pages is None
    return _Look(pdfium_pages, loadable, pikepdf_pages, locked and pdfium_pages is None, hidden)


def _look_by_pdfium(path: Path) -> tuple[int | None, int, bool, bool]:
    """Pages, loadable pages, whether a page shows nothing, whether a password is missing."""
    loadable, hidden = 0, False
    try:
        with pypdfium2.PdfDocument(path) as pdf:
            for number in range(len(pdf)):
                with suppress(pypdfium2.PdfiumError):
                    page = pdf[number]
                    hidden |= min(page.get_size()) <= 0
                    page.close()
                    loadable += 1
            return len(pdf), loadable, hidden, False
    except pypdfium2.PdfiumError as error:
        return None, 0, False, error.err_code == pdfium.FPDF_ERR_PASSWORD


def _promised_pages(path: Path) -> int:
    """What the page tree says; the libraries count what they find, so a page that is lost shows here alone."""
    # In the bytes too: pikepdf puts the number right when it has to search for the pages.
    promised = [int(one or other) for one, other in PAGE_COUNT.findall(path.read_bytes())]
    with suppress(pikepdf.PdfError, AttributeError, KeyError, TypeError, ValueError), pikepdf.open(path) as pdf:
        promised.append(int(pdf.Root.Pages.Count))
    return max(promised, default=0)


# --- repair ------------------------------------------------------------------------------------------


def _repaired(path: Path, folder: Path, before: _Look) -> tuple[Path | None, _Look]:
    """A copy that more can be read from, and how it looks; None and the first look when no copy is better."""
    copy = folder / "repaired.pdf"
    for repair in (_save_by_pikepdf, _save_by_pdfium):
        with suppress(pikepdf.PdfError, pypdfium2.PdfiumError, ValueError):
            repair(path, copy)
            after = _look(copy)
            if after.sound and after.loadable >= before.loadable:
                return copy, after
    return None, before


def _save_by_pikepdf(path: Path, copy: Path) -> None:
    with pikepdf.open(path) as pdf:
        for page in pdf.pages:
            _show_whole_page(page)
        pdf.save(copy)


def _save_by_pdfium(path: Path, copy: Path) -> None:
    with pypdfium2.PdfDocument(path) as pdf:
        pdf.save(copy)


def _show_whole_page(page: pikepdf.Page) -> None:
    """A crop that leaves nothing of the page is an error of its maker: without it the page is seen."""
    left, bottom, right, top = visible_box(page)
    if right <= left or top <= bottom:
        with suppress(KeyError):
            del page.obj[Name.CropBox]


# --- what must not be lost -----------------------------------------------------------------------------


def _marks(path: Path) -> PdfInspection:
    """Signature, encryption, tags and form, from the original: a repaired copy may have lost them."""
    try:
        with pikepdf.open(path) as pdf:
            root = pdf.Root
            fields = list(_fields(root))
            return PdfInspection(
                signed=_is_signed(root, fields),
                encrypted=pdf.is_encrypted,
                tagged=Name.StructTreeRoot in root or _is_marked(root),
                form=bool(fields),
                notes=("xfa",) if Name.XFA in _dictionary(root, Name.AcroForm) else (),
            )
    except (pikepdf.PdfError, AttributeError, KeyError, TypeError, ValueError):
        # What cannot be told must not be altered: a file with a signature's bytes counts as signed.
        return PdfInspection(signed=b"/ByteRange" in path.read_bytes())


def _is_marked(root: Object) -> bool:
    return bool(_dictionary(root, Name.MarkInfo).get(Name.Marked, False))


def _is_signed(root: Object, fields: list[Object]) -> bool:
    """A signature that was given (an empty signature field is none), or usage rights that a change would break."""
    if len(_dictionary(root, Name.Perms).keys()):
        return True
    return any(kind == Name.Sig and Name.V in field for field, kind in _kinds(fields))


def signature_fields(root: Object) -> list[Object]:
    """Also those where nobody has signed."""
    return [field for field, kind in _kinds(list(_fields(root))) if kind == Name.Sig]


def _kinds(fields: list[Object]) -> Iterator[tuple[Object, Object | None]]:
    for one in fields:
        parent = one.get(Name.Parent)
        inherited = parent.get(Name.FT) if isinstance(parent, Dictionary) else None
        yield one, one.get(Name.FT, inherited)


def _fields(root: Object) -> Iterator[Object]:
    todo = [(one, 0) for one in _array(_dictionary(root, Name.AcroForm), Name.Fields)]
    while todo:
        one, depth = todo.pop()
        if not isinstance(one, Dictionary):
            continue
        yield one
        if depth < DEEPEST_FIELD:
            todo.extend((kid, depth + 1) for kid in _array(one, Name.Kids))


def _dictionary(owner: Object, key: Name) -> Object:
    found = owner.get(key)
    return found if isinstance(found, Dictionary) else Dictionary()


def _array(owner: Object, key: Name) -> list[Object]:
    found = owner.get(key)
    return list(found) if isinstance(found, Array) else []


# --- how each page is read -----------------------------------------------------------------------------


def _plan(path: Path, by_pikepdf: bool, limits: Limits) -> Iterator[PageWay]:
    with open_pdf(path) as pdf:
        if not by_pikepdf:
            yield from (choose_way(pdf, number, None, limits) for number in range(1, len(pdf) + 1))
            return
        with Pdf.open(path) as objects:
            for number, page in enumerate(objects.pages, start=1):
                yield choose_way(pdf, number, page, limits)
