"""The fields of a kind in a form: asked in their order, each with its help, its mistakes told beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from dms.records.fields.definitions import Field, FieldType
from dms.records.fields.filling import Entered, Filled, InvalidFields, carried_over, filled_of
from dms.records.fields.keeping import current_version
from dms.records.fields.models import FieldVersion
from dms.records.fields.persons import Register
from dms.records.fields.values import LONGEST_LONG_TEXT, LONGEST_TEXT, party_of, write_text
from dms.records.models import Document

PREFIX = "field_"
PARTY = "-party"
"""After the name of a person's field: which entry of the register was chosen there."""
HINTS = {FieldType.DATE: "TT.MM.JJJJ", FieldType.AMOUNT: "1.234,56", FieldType.NUMBER: "1234,5"}


class PersonInput(forms.TextInput):
    """A name, and beside it whom of the register it leads to; whoever fits is offered while somebody types. Those who
    take part in `dossier` are offered first."""

    def __init__(self, attrs: dict[str, Any], dossier: UUID | None) -> None:
        super().__init__(attrs)
        self.dossier = dossier

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        said = value if isinstance(value, dict) else {"name": value or ""}
        context = self.get_context(name, said["name"], attrs)
        context |= {"name": said["name"], "party": said.get("party") or "", "suffix": PARTY, "dossier": self.dossier}
        return mark_safe(render_to_string("frontend/fields/person.html", context))  # noqa: S308 - our own template

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        typed, party = data.get(name, ""), data.get(name + PARTY, "")
        return {"name": typed, "party": party} if typed.strip() and party else typed


class PersonField(forms.Field):
    """What the service judges: a text, or somebody who was chosen."""

    def to_python(self, value: Any) -> Any:
        return value or ""


def add_fields(
    form: forms.Form, version: FieldVersion | None, filled: Filled | None, dossier: UUID | None = None
) -> None:
    """`filled` is what stands so far; without it defaults stand there. `dossier`: the one that is filled in."""
    texts = _texts(version, filled)
    for one in version.asked if version else ():
        form.fields[PREFIX + one.key] = _form_field(one, texts.get(one.key, ""), dossier)


def document_form(document: Document, data: Any = None) -> forms.Form:
    """The fields of its kind, on its page."""
    form = forms.Form(data)
    add_fields(form, current_version(document.kind), filled_of(document), document.dossier_id)
    return form


def keep_typed(form: forms.Form, typed: Mapping[str, str]) -> None:
    """What somebody typed before other fields were shown."""
    for name, field in form.fields.items():
        if said := field.widget.value_from_datadict(typed, {}, name):
            field.initial = form.initial[name] = said


def entered_in(form: forms.Form) -> Entered:
    said = {name[len(PREFIX) :]: form.cleaned_data.get(name, "") for name in form.fields if name.startswith(PREFIX)}
    return Entered(said, typed=True)


def refuse_fields(form: forms.Form, error: InvalidFields) -> None:
    for key, sentence in error.errors.items():
        name = PREFIX + key
        form.add_error(name if name in form.fields else None, sentence)


def field_names(form: forms.Form) -> list[str]:
    return [name for name in form.fields if name.startswith(PREFIX)]


def _texts(version: FieldVersion | None, filled: Filled | None) -> dict[str, Any]:
    """What does not fit any more is shown as well, where it can be typed: it is to be put right, not to vanish."""
    if version is None:
        return {}
    if filled is None or filled.version is None:
        return {one.key: one.default for one in version.asked}
    carried = carried_over(filled, version)
    values = Register.of([carried.values]).today(carried.values)
    texts = {one.key: write_text(one, values.get(one.key)) for one in version.asked}
    unfit = {one.key: filled.text(one.key) for one in version.asked if not texts[one.key]}
    chosen = {key: value for key, value in values.items() if party_of(value)}
    return texts | {key: text for key, text in unfit.items() if text} | chosen


def _form_field(one: Field, text: Any, dossier: UUID | None) -> forms.Field:
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
    if one.type == FieldType.PERSON:
        shared["help_text"] = one.help or _("Beim Tippen erscheint, wer im Verzeichnis steht (↑ ↓ und Enter).")
        return PersonField(widget=PersonInput(attributes | {"spellcheck": "false"}, dossier), **shared)
    return forms.CharField(widget=forms.TextInput(attributes), strip=False, **shared)


def _choice(shared: dict[str, Any]) -> forms.Field:
    """Not a ChoiceField: the service checks, and knows what is in the list today."""
    choices = [("", "–"), *shared.pop("choices")]
    return forms.CharField(widget=forms.Select(choices=choices), **shared)
