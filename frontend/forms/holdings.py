"""What people type about volumes, about lending, and what they want to see of the holdings."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.describing import LONGEST_LOCATION, LONGEST_TITLE
from dms.records.dossiers.models import Dossier, Medium
from dms.records.holdings.keeping import VolumeFacts
from dms.records.holdings.lending import LONGEST_BORROWER
from dms.records.holdings.models import Volume
from frontend.forms.days import DayField


class _Told(forms.Form):
    def refuse(self, error: InvalidFact) -> None:
        """What the services do not take is told where it was typed."""
        self.add_error(error.field if error.field in self.fields else None, str(error))


class VolumeForm(_Told):
    title = forms.CharField(
        label=_("Bezeichnung"), max_length=LONGEST_TITLE, required=False,
        help_text=_("Was darin liegt, etwa „Pläne“ oder „2020–2024“. Leer: nur die Nummer."),
        widget=forms.TextInput({"autocomplete": "off", "autofocus": True}),
    )  # fmt: skip
    medium = forms.ChoiceField(label=_("Medium"), choices=Medium.choices, initial=Medium.ELECTRONIC)
    location = forms.CharField(
        label=_("Standort"), max_length=LONGEST_LOCATION, required=False,
        help_text=_("Wo das Papier steht; nur wenn es Papier gibt."),
    )  # fmt: skip

    @classmethod
    def of(cls, volume: Volume, data: Any = None) -> VolumeForm:
        return cls(data, initial={name: getattr(volume, name) for name in ("title", "medium", "location")})

    def facts(self) -> VolumeFacts:
        return cast(VolumeFacts, dict(self.cleaned_data))


class LendForm(_Told):
    volume = forms.ModelChoiceField(
        queryset=Volume.objects.none(), label=_("Was?"), required=False, empty_label=_("die ganze Akte")
    )  # fmt: skip
    borrower = forms.CharField(
        label=_("An wen?"), max_length=LONGEST_BORROWER, help_text=_("Person, Stelle oder Zimmer."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    due = DayField(
        label=_("Zurück bis"), required=False, help_text=_("Leer: ohne festen Tag."),
    )  # fmt: skip

    def __init__(self, dossier: Dossier, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        paper = Volume.objects.filter(dossier=dossier).exclude(medium=Medium.ELECTRONIC)
        chosen: Any = self.fields["volume"]
        chosen.queryset = paper
        if dossier.medium == Medium.ELECTRONIC:
            chosen.empty_label, chosen.required = None, True


class FillForm(_Told):
    volume = forms.ModelChoiceField(
        queryset=Volume.objects.none(), label=_("Band"), required=False, empty_label=_("in keinem Band"),
        help_text=_("Nur offene Bände dieser Akte."),
    )  # fmt: skip

    def __init__(self, dossier: Dossier, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["volume"].queryset = Volume.objects.filter(dossier=dossier, closed_at=None)  # type: ignore[attr-defined]
