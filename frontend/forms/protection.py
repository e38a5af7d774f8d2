"""The forms by which things become more or less secret, and people are cleared for what is."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dms.access.levels import Level
from dms.access.models import User
from dms.records.protection.sensitivity import SensitiveClass
from frontend.forms.rights import EndForm, ReasonForm


class MarkFields(forms.Form):
    """How something is specially protected: for a form of its own, or within that of a new dossier."""

    sensitive = forms.ChoiceField(
        label=gettext_lazy("Besonderer Schutz"), required=False,
        choices=[("", gettext_lazy("keiner, außer was darüber gilt")), *SensitiveClass.choices],
    )  # fmt: skip
    asks_purpose = forms.TypedChoiceField(
        label=gettext_lazy("Beim Lesen"), required=False, coerce=lambda value: value == "True",
        choices=[("", gettext_lazy("nur festhalten")), ("True", gettext_lazy("vorher nach dem Zweck fragen"))],
    )  # fmt: skip


class MarkForm(MarkFields, ReasonForm):
    field_order = ("sensitive", "asks_purpose", "reason")


class LevelForm(ReasonForm):
    level = forms.TypedChoiceField(label=gettext_lazy("Vertraulichkeit"), coerce=int)
    field_order = ("level", "reason")

    def __init__(self, offered: Sequence[Level], data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["level"].choices = [(level.value, level.label) for level in offered]  # type: ignore[attr-defined]


class ClearanceForm(EndForm):
    who = forms.CharField(
        label=gettext_lazy("Wen?"), max_length=200,
        help_text=gettext_lazy("Der Anmeldename; Vorschläge erscheinen beim Tippen."),
        widget=forms.TextInput({"list": "people", "autocomplete": "off"}),
    )  # fmt: skip
    level = forms.TypedChoiceField(
        label=gettext_lazy("Bis zu welchem Grad?"), coerce=int,
        choices=[(level.value, level.label) for level in Level if level != Level.OPEN],
    )  # fmt: skip
    field_order = ("who", "level", "valid_to", "reason")

    def clean_who(self) -> User:
        found = User.objects.filter(username=self.cleaned_data["who"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("Eine Person dieses Namens gibt es nicht."))
        return found
