"""Makes what was filled into a PDF form part of the page: PDF/A shows a form, but nobody types into it any more."""

from __future__ import annotations

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

FOR_TYPING = Name.Encoding
"""What a form keeps for typing stands in the resources of its fields, where PDF/A does not know it."""


def has_form(pdf: pikepdf.Pdf) -> bool:
    return isinstance(pdf.Root.get(Name.AcroForm), Dictionary)


def fix_form(pdf: pikepdf.Pdf) -> bool:
    """Draws the values of all fields on their pages and takes the form off; False (nothing done) for an XFA form,
    whose pages are made by the viewer."""
    form = pdf.Root.AcroForm
    if Name.XFA in form:
        return False
    if isinstance(form.get(Name.Fields), Array) and len(form.Fields):
        if form.get(Name.NeedAppearances, False):
            pdf.generate_appearance_streams()
        pdf.flatten_annotations("all")
        _tidy_resources(pdf)
    if Name.AcroForm in pdf.Root:
        del pdf.Root[Name.AcroForm]
    return True


def _tidy_resources(pdf: pikepdf.Pdf) -> None:
    for thing in pdf.objects:
        if isinstance(thing, Stream) and thing.get(Name.Subtype) == Name.Form and FOR_TYPING in _resources(thing):
            del thing.Resources[FOR_TYPING]


def _resources(form: Stream) -> Dictionary:
    found = form.get(Name.Resources)
    return found if isinstance(found, Dictionary) else Dictionary()
