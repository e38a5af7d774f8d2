"""What the registry types about a plan entry, and how each mistake is told beside its field."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from dms.records.documents.facts import InvalidFact
from dms.records.fields.models import DossierKind
from dms.records.plan.changing import EntryChanges
from dms.records.plan.models import PlanEntry
from dms.records.plan.numbers import LONGEST_NUMBER
from dms.records.plan.retention import Appraisal, Confidence, Retention
from dms.records.plan.rows import LONGEST_DESCRIPTION, LONGEST_TITLE, PlanRow
from dms.records.plan.words import read_keeping, write_day, write_keeping
from frontend.forms.days import DayField

NOT_SET = ("", _("wie übergeordnet"))
FIELD_OF = {"length": "keeping", "unit": "keeping"}
"""Where the form asks for both in one field."""


def _day(label: Any) -> DayField:
    return DayField(label=label, required=False, of_our_days=False)


class EntryForm(forms.Form):
    """`number` is asked for a new entry alone."""

    number = forms.CharField(
        label=_("Kennzeichen"), max_length=LONGEST_NUMBER,
        help_text=_("Bleibt für immer; wird nie ein zweites Mal vergeben.")
    )  # fmt: skip
    title = forms.CharField(label=_("Titel"), max_length=LONGEST_TITLE)
    parent = forms.CharField(
        label=_("Übergeordnet"), max_length=LONGEST_NUMBER, required=False,
        help_text=_("Kennzeichen; leer: Hauptgruppe.")
    )  # fmt: skip
    description = forms.CharField(
        label=_("Beschreibung"), max_length=LONGEST_DESCRIPTION, required=False, widget=forms.Textarea({"rows": 3})
    )
    dossier_kind = forms.ChoiceField(
        label=_("Aktenart"), required=False, help_text=_("Mit welcher Art Akten hierunter beginnen.")
    )
    valid_from = _day(_("Gültig von"))
    valid_to = _day(_("Gültig bis"))
    keeping = forms.CharField(
        label=_("Aufbewahrung"), max_length=40, required=False,
        help_text=_("Etwa 10 Jahre, 6 Monate, sofort, dauernd oder ereignisabhängig; leer: wie übergeordnet."),
    )  # fmt: skip
    start = forms.CharField(
        label=_("Beginn der Frist"), max_length=300, required=False,
        help_text=_("Jahre zählen ab dem Ende des Kalenderjahres.")
    )  # fmt: skip
    note = forms.CharField(label=_("Hinweis zur Frist"), max_length=500, required=False)
    appraisal = forms.ChoiceField(label=_("Bewertung"), choices=[NOT_SET, *Appraisal.choices], required=False)
    legal_basis = forms.CharField(label=_("Rechtsgrundlage"), max_length=300, required=False)
    confidence = forms.ChoiceField(
        label=_("Sicherheit"), choices=[("", "–"), *Confidence.choices], required=False,
        help_text=_("Wie sicher ist es, dass das Gesetz es so sagt?"),
    )  # fmt: skip
    reviewed_by = forms.CharField(
        label=_("Geprüft von"), max_length=200, required=False, help_text=_("Leer: noch nicht geprüft.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = DossierKind.objects.values_list("slug", "label")
        cast(forms.ChoiceField, self.fields["dossier_kind"]).choices = [NOT_SET, *kinds]

    @classmethod
    def of(cls, entry: PlanEntry, data: Any = None) -> EntryForm:
        """To change an entry: its number stays."""
        rule = entry.retention
        initial = {
            "title": entry.title, "description": entry.description, "valid_from": write_day(entry.valid_from),
            "valid_to": write_day(entry.valid_to), "parent": entry.parent.number if entry.parent else "",
            "keeping": write_keeping(rule.keeping, rule.length, rule.unit), "start": rule.start, "note": rule.note,
            "appraisal": rule.appraisal, "legal_basis": rule.legal_basis, "confidence": rule.confidence,
            "reviewed_by": rule.reviewed_by, "dossier_kind": entry.dossier_kind_id or "",
        }  # fmt: skip
        form = cls(data, initial=initial)
        del form.fields["number"]
        return form

    def clean_keeping(self) -> Any:
        try:
            return read_keeping(self.cleaned_data["keeping"])
        except ValueError:
            sentence = _("Bitte etwa „10 Jahre“, „6 Monate“, „sofort“, „dauernd“ oder „ereignisabhängig“ eingeben.")
            raise forms.ValidationError(sentence) from None

    def changes(self) -> EntryChanges:
        found = self.cleaned_data
        names = ("title", "description", "valid_from", "valid_to")
        said = {name: found[name] for name in names}
        kind = DossierKind.objects.filter(pk=found["dossier_kind"]).first()
        return {**said, "retention": self._rule(), "dossier_kind": kind}  # type: ignore[typeddict-item]

    def row(self) -> PlanRow:
        """All but the kind of dossiers, which files of a plan do not have."""
        found = self.cleaned_data
        names = ("number", "parent", "title", "description", "valid_from", "valid_to")
        return PlanRow(**{name: found[name] for name in names}, retention=self._rule())

    def refuse(self, error: InvalidFact) -> None:
        """What the services do not take is told where it was typed."""
        name = FIELD_OF.get(error.field, error.field)
        self.add_error(name if name in self.fields else None, str(error))

    def _rule(self) -> Retention:
        found = self.cleaned_data
        names = ("start", "note", "appraisal", "legal_basis", "confidence", "reviewed_by")
        return Retention(*found["keeping"], **{name: found[name] for name in names})
