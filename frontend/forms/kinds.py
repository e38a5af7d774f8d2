"""What the registry types about a kind and about each of its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dms.records.documents.facts import InvalidFact
from dms.records.fields.definitions import LONGEST_HELP, LONGEST_LABEL, MOST_FIELDS, Field, FieldType
from dms.records.fields.keeping import LONGEST_DESCRIPTION, KindFacts
from dms.records.fields.keeping import LONGEST_LABEL as LONGEST_KIND
from dms.records.fields.laying_down import InvalidField, key_for
from dms.records.fields.models import DossierKind, KindState
from dms.records.fields.patterns import LONGEST_PATTERN


class KindForm(forms.Form):
    """`slug` is asked for a new kind alone: it stays."""

    label = forms.CharField(label=_("Bezeichnung"), max_length=LONGEST_KIND)
    slug = forms.CharField(
        label=_("Kürzel"), max_length=40, required=False,
        help_text=_(
            "Für Programme: kleine Buchstaben, Ziffern und -, etwa building. Bleibt für immer. "
            "Leer: wird aus der Bezeichnung gebildet."
        ),
    )  # fmt: skip
    description = forms.CharField(label=_("Beschreibung"), max_length=LONGEST_DESCRIPTION, required=False)
    state = forms.ChoiceField(
        label=_("Stand"), choices=KindState.choices, initial=KindState.ACTIVE,
        help_text=_("Eine stillgelegte Art bekommt keine neue Akte; die vorhandenen behalten sie."),
    )  # fmt: skip

    @classmethod
    def of(cls, kind: DossierKind, data: Any = None) -> KindForm:
        form = cls(data, initial={"label": kind.label, "description": kind.description, "state": kind.state})
        del form.fields["slug"]
        return form

    @classmethod
    def new(cls, data: Any = None) -> KindForm:
        form = cls(data)
        del form.fields["state"]
        return form

    def chosen_slug(self) -> str:
        """Made of the label where none was typed."""
        if typed := self.cleaned_data["slug"]:
            return str(typed)
        taken = [slug.replace("-", "_") for slug in DossierKind.objects.values_list("slug", flat=True)]
        return key_for(self.cleaned_data["label"], taken).replace("_", "-")

    def facts(self) -> KindFacts:
        names = ("label", "description", "state")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}  # type: ignore[return-value]

    def refuse(self, error: InvalidFact) -> None:
        self.add_error(error.field if error.field in self.fields else None, str(error))


class FieldForm(forms.Form):
    """One field. Its key is made of the label when it is new, and never asked."""

    key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    label = forms.CharField(label=_("Bezeichnung"), max_length=LONGEST_LABEL, required=False)
    type = forms.ChoiceField(label=_("Art der Angabe"), choices=FieldType.choices)
    help = forms.CharField(
        label=_("Hilfe"), max_length=LONGEST_HELP, required=False, help_text=_("Steht unter dem Feld.")
    )
    choices = forms.CharField(
        label=_("Auswahl"), required=False, widget=forms.Textarea({"rows": 4}),
        help_text=_("Nur bei einer Auswahl: ein Wert je Zeile."),
    )  # fmt: skip
    default = forms.CharField(
        label=_("Vorbelegung"), max_length=LONGEST_HELP, required=False,
        help_text=_("Steht in einer neuen Akte schon da."),
    )  # fmt: skip
    pattern = forms.CharField(
        label=_("Muster"), max_length=LONGEST_PATTERN, required=False,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Nur bei Text: ein regulärer Ausdruck, der auf die ganze Eingabe passt, etwa [0-9]{6}."),
    )  # fmt: skip
    pattern_message = forms.CharField(
        label=_("Hinweis zum Muster"), max_length=LONGEST_HELP, required=False,
        help_text=_("Steht da, wenn die Eingabe nicht passt: Was ist einzugeben?"),
    )  # fmt: skip
    mandatory = forms.BooleanField(label=_("Pflichtangabe"), required=False)
    retired = forms.BooleanField(
        label=_("Stillgelegt"), required=False,
        help_text=_("Wird nicht mehr gefragt; vorhandene Angaben bleiben lesbar."),
    )  # fmt: skip

    @property
    def is_new(self) -> bool:
        return not self["key"].value()

    @property
    def type_label(self) -> str:
        return str(FieldType(self["type"].value() or FieldType.TEXT).label)


def forms_of(fields: Sequence[Field]) -> list[FieldForm]:
    return [FieldForm(prefix=f"row{number}", initial=_initial(field)) for number, field in enumerate(fields)]


def forms_in(data: Mapping[str, str]) -> list[FieldForm]:
    """As they were sent; bound, so that what was typed stays."""
    count = data.get("rows", "0")
    number = min(int(count), MOST_FIELDS + 1) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    return [FieldForm(data, prefix=f"row{one}") for one in range(number)]


def renumbered(rows: Sequence[FieldForm]) -> list[FieldForm]:
    """With the values they hold, in this order: unbound, so nothing is judged yet."""
    values = [{name: row[name].value() for name in row.fields} for row in rows]
    return [FieldForm(prefix=f"row{number}", initial=one) for number, one in enumerate(values)]


def new_row() -> FieldForm:
    return FieldForm(initial={"type": FieldType.TEXT})


def fields_in(rows: Sequence[FieldForm]) -> list[Field] | None:
    """None where a row cannot even be read; its form says why. A new row without a label is passed over."""
    for row in rows:
        row.full_clean()
    if any(row.errors for row in rows):
        return None
    taken = [row.cleaned_data["key"] for row in rows]
    fields = []
    for row in rows:
        said = dict(row.cleaned_data)
        if not said["key"]:
            if not said["label"].strip():
                continue
            said["key"] = key_for(said["label"], taken)
            taken.append(said["key"])
        choices = tuple(said["choices"].splitlines())
        fields.append(Field(**{**said, "type": FieldType(said["type"]), "choices": choices}))
    return fields


def refuse_field(rows: Sequence[FieldForm], error: InvalidField) -> bool:
    """Tells it beside the field; False where it is about no row."""
    asked = [row for row in rows if row.cleaned_data["key"] or row.cleaned_data["label"].strip()]
    if error.number >= len(asked):
        return False
    row = asked[error.number]
    row.add_error(error.field if error.field in row.fields and error.field != "key" else "label", str(error))
    return True


def _initial(field: Field) -> dict[str, Any]:
    return {**field.to_json(), "choices": "\n".join(field.choices)}
