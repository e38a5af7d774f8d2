"""What people type about dossiers and cases, and how each mistake is told beside its field."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dms.access.actors import Actor
from dms.records.dossiers.describing import (
    LONGEST_DESCRIPTION,
    LONGEST_LOCATION,
    LONGEST_TITLE,
    CaseFacts,
    DossierFacts,
)
from dms.records.dossiers.keeping import may_open_below
from dms.records.dossiers.models import Dossier, Medium
from dms.records.facts import InvalidFact
from dms.records.plan.models import EntryState, PlanEntry

MISSING = gettext_lazy("Bitte einen Betreff eingeben, an dem andere wiederfinden, worum es geht.")


class FactsForm(forms.Form):
    """What a case and a dossier have in common."""

    title = forms.CharField(
        label=gettext_lazy("Betreff"), max_length=LONGEST_TITLE, error_messages={"required": MISSING}
    )  # fmt: skip
    description = forms.CharField(
        label=gettext_lazy("Beschreibung"), max_length=LONGEST_DESCRIPTION, required=False,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip

    def refuse(self, error: InvalidFact) -> None:
        """What the services do not take is told where it was typed."""
        self.add_error(error.field if error.field in self.fields else None, str(error))


class CaseForm(FactsForm):
    def facts(self) -> CaseFacts:
        return cast(CaseFacts, dict(self.cleaned_data))


class DossierForm(FactsForm):
    medium = forms.ChoiceField(label=gettext_lazy("Medium"), choices=Medium.choices, initial=Medium.ELECTRONIC)
    location = forms.CharField(
        label=gettext_lazy("Standort"), max_length=LONGEST_LOCATION, required=False,
        help_text=gettext_lazy("Wo das Papier steht; nur wenn es Papier gibt."),
    )  # fmt: skip

    @classmethod
    def of(cls, dossier: Dossier, data: Any = None) -> DossierForm:
        names = ("title", "description", "medium", "location")
        return cls(data, initial={name: getattr(dossier, name) for name in names})

    def facts(self) -> DossierFacts:
        names = ("title", "description", "medium", "location")
        return cast(DossierFacts, {name: self.cleaned_data[name] for name in names})


class NewDossierForm(DossierForm):
    """Also asks where the dossier stands: a number, or a line of the list of suggestions."""

    plan_entry = forms.CharField(
        label=gettext_lazy("Aktenplaneintrag"), max_length=400,
        help_text=gettext_lazy("Kennzeichen oder Stichwort; Vorschläge erscheinen beim Tippen."),
        error_messages={"required": gettext_lazy("Bitte den Eintrag wählen, unter den die Akte gehört.")},
        widget=forms.TextInput({"list": "plan-entries", "autocomplete": "off", "autofocus": True}),
    )  # fmt: skip
    field_order = ("plan_entry", "title")

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._actor = actor

    def clean_plan_entry(self) -> PlanEntry:
        return chosen_entry(self._actor, self.cleaned_data["plan_entry"])


class RenumberForm(forms.Form):
    plan_entry = NewDossierForm.base_fields["plan_entry"]
    reason = forms.CharField(label=gettext_lazy("Warum?"), max_length=500)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._actor = actor

    def clean_plan_entry(self) -> PlanEntry:
        return chosen_entry(self._actor, self.cleaned_data["plan_entry"])

    def refuse(self, error: InvalidFact) -> None:
        self.add_error(error.field if error.field in self.fields else None, str(error))


def entry_suggestions(actor: Actor) -> list[PlanEntry]:
    """Where this person may open a dossier."""
    entries = PlanEntry.objects.visible_to(actor).filter(state=EntryState.ACTIVE)
    return [entry for entry in entries if may_open_below(actor, entry)]


def chosen_entry(actor: Actor, typed: str) -> PlanEntry:
    """By its number, by a suggestion (number and title), or by words that fit one entry alone.

    Raises ValidationError.
    """
    entries = PlanEntry.objects.visible_to(actor).filter(state=EntryState.ACTIVE)
    number = typed.split(" ", 1)[0]
    exact = entries.filter(number__in={typed, number}).order_by("-number").first()
    if exact is not None and (typed == exact.number or typed == str(exact)):
        return cast(PlanEntry, exact)
    found = list(entries.matching(typed)[:2])
    if len(found) == 1:
        return cast(PlanEntry, found[0])
    if found:
        raise forms.ValidationError(_("Das passt auf mehrere Einträge. Bitte das Kennzeichen eingeben."))
    raise forms.ValidationError(_("Einen solchen Eintrag gibt es im Aktenplan nicht, oder er ist stillgelegt."))
