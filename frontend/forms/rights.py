"""The forms by which rights are given, changed and withdrawn."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dms.access.models import Body, BodyState, User
from dms.access.permissions import Role
from dms.records.documents.facts import InvalidFact
from dms.records.order import german
from dms.records.protection.grants import GIVEN_IN_A_PLACE, LONGEST_REASON
from frontend.forms.days import DayField


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Warum?"), max_length=LONGEST_REASON, widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Bitte den Grund angeben; er steht im Verlauf.")},
    )  # fmt: skip

    def refuse(self, error: InvalidFact) -> None:
        self.add_error(error.field if error.field in self.fields else None, str(error))


class EndForm(ReasonForm):
    valid_to = DayField(
        label=gettext_lazy("Letzter Tag"), required=False, help_text=gettext_lazy("Leer: ohne Ende."),
    )  # fmt: skip
    field_order: tuple[str, ...] = ("valid_to", "reason")


class GiveForm(EndForm):
    subject = forms.CharField(
        label=gettext_lazy("Wem?"), max_length=200,
        help_text=gettext_lazy(
            "Eine Person, Organisationseinheit, Gruppe oder ein Dienstposten; Vorschläge erscheinen beim Tippen."
        ),
        widget=forms.TextInput({"list": "subjects", "autocomplete": "off"}),
    )  # fmt: skip
    role = forms.ChoiceField(
        label=gettext_lazy("Rolle"),
        choices=[(role.value, role.label) for role in GIVEN_IN_A_PLACE],
        initial=Role.CLERK,
    )  # fmt: skip
    valid_from = DayField(
        label=gettext_lazy("Erster Tag"), required=False, help_text=gettext_lazy("Leer: ab heute."),
    )  # fmt: skip
    field_order = ("subject", "role", "valid_from", "valid_to", "reason")

    def clean_subject(self) -> User | Body:
        return chosen_subject(self.cleaned_data["subject"])


def chosen_subject(typed: str) -> User | Body:
    """By login name or by the name of the unit or group. Raises ValidationError."""
    found: Any = User.objects.filter(username=typed.strip()).first() or Body.objects.filter(name=typed.strip()).first()
    if found is None:
        raise forms.ValidationError(_("Eine Person, Einheit oder Gruppe dieses Namens gibt es nicht."))
    return found  # type: ignore[no-any-return]


def subject_names() -> list[str]:
    """All who can get rights, for the list of suggestions."""
    people = User.objects.filter(is_active=True).order_by(german("username")).values_list("username", flat=True)
    return [
        *people,
        *Body.objects.exclude(state=BodyState.RETIRED).order_by(german("name")).values_list("name", flat=True),
    ]
