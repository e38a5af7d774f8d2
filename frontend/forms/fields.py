"""The fields of a kind in a form: asked in their order, each with its help, its mistakes told beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from dms.records.fields.definitions import Field, FieldType
from dms.records.fields.filling import Entered, Filled, InvalidFields, carried_over, filled_of
from dms.records.fields.keeping import current_version
from dms.records.fields.models import FieldVersion
from dms.records.fields.values import LONGEST_LONG_TEXT, LONGEST_TEXT, write_text
from dms.records.models import Document

PREFIX = "field_"
HINTS = {FieldType.DATE: "TT.MM.JJJJ", FieldType.AMOUNT: "1.234,56", FieldType.NUMBER: "1234,5"}


def add_fields(form: forms.Form, version: FieldVersion | None, filled: Filled | None) -> None:
    """`filled` is what stands so far; without it defaults stand there."""
    texts = _texts(version, filled)
    for one in version.asked if version else ():
        form.fields[PREFIX + one.key] = _form_field(one, texts.get(one.key, ""))


def document_form(document: Document, data: Any = None) -> forms.Form:
    """The fields of its kind, on its page."""
    form = forms.Form(data)
    add_fields(form, current_version(document.kind), filled_of(document))
    return form


def keep_typed(form: forms.Form, typed: Mapping[str, str]) -> None:
    """What somebody typed before other fields were shown."""
    for name, field in form.fields.items():
        if typed.get(name):
            field.initial = typed[name]
            form.initial[name] = typed[name]


def entered_in(form: forms.Form) -> Entered:
    said = {name[len(PREFIX) :]: form.cleaned_data.get(name, "") for name in form.fields if name.startswith(PREFIX)}
    return Entered(said, typed=True)


def refuse_fields(form: forms.Form, error: InvalidFields) -> None:
    for key, sentence in error.errors.items():
        name = PREFIX + key
        form.add_error(name if name in form.fields else None, sentence)


def field_names(form: forms.Form) -> list[str]:
    return [name for name in form.fields if name.startswith(PREFIX)]


def _texts(version: FieldVersion | None, filled: Filled | None) -> dict[str, str]:
    """What does not fit any more is shown as well, where it can be typed: it is to be put right, not to vanish."""
    if version is None:
        return {}
    if filled is None or filled.version is None:
        return {one.key: one.default for one in version.asked}
    carried = carried_over(filled, version)
    texts = {one.key: write_text(one, carried.values.get(one.key)) for one in version.asked}
    unfit = {one.key: filled.text(one.key) for one in version.asked if not texts[one.key]}
    return texts | {key: text for key, text in unfit.items() if text}


def _form_field(one: Field, text: str) -> forms.Field:
    shared: dict[str, Any] = {"label": one.label, "help_text": one.help, "required": False, "initial": text}
    if one.mandatory:
        shared["label"] = f"{one.label} *"
    match one.type:
        case FieldType.CHOICE:
            return _choice({**shared, "choices": [(choice, choice) for choice in one.choices]})
        case FieldType.YES_NO:
            return _choice({**shared, "choices": [("Ja", _("Ja")), ("Nein", _("Nein"))]})
        case FieldType.LONG_TEXT:
            return forms.CharField(
                widget=forms.Textarea({"rows": 4, "maxlength": LONGEST_LONG_TEXT}), strip=False, **shared
            )  # fmt: skip
    attributes = {"autocomplete": "off", "maxlength": LONGEST_TEXT, "placeholder": HINTS.get(one.type, "")}
    return forms.CharField(widget=forms.TextInput(attributes), strip=False, **shared)


def _choice(shared: dict[str, Any]) -> forms.Field:
    """Not a ChoiceField: the service checks, and knows what is in the list today."""
    choices = [("", "–"), *shared.pop("choices")]
    return forms.CharField(widget=forms.Select(choices=choices), **shared)
