"""The forms by which units, groups and positions are made and changed, and people taken in and out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dms.access.models import Body, BodyKind, BodyState, Scope, User
from dms.accounts.bodies import LONGEST_NAME
from frontend.forms.days import DayField
from frontend.forms.rights import ReasonForm


class BodyForm(ReasonForm):
    """`kind` decides whether it stands below a unit, one of `bodies`; `scope` is asked where nothing stands above."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=LONGEST_NAME, widget=forms.TextInput({"autocomplete": "off"})
    )
    parent = forms.CharField(
        label=gettext_lazy("Unter welcher Organisationseinheit?"), max_length=LONGEST_NAME, required=False,
        widget=forms.TextInput({"list": "units", "autocomplete": "off"}),
        help_text=gettext_lazy("Deren Rechte haben alle, die hierzu gehören. Leer: ganz oben."),
    )  # fmt: skip
    scope = forms.ModelChoiceField(
        Scope.objects.none(), label=gettext_lazy("Wer pflegt sie?"), empty_label=None,
        help_text=gettext_lazy("Wer an diesem Ort Rechte vergibt, entscheidet, wer dazugehört."),
    )  # fmt: skip
    field_order = ("name", "parent", "scope", "reason")

    def __init__(self, kind: BodyKind, bodies: QuerySet[Body], scopes: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bodies = bodies
        self.fields["scope"].queryset = scopes  # type: ignore[attr-defined]
        if kind is BodyKind.GROUP:
            del self.fields["parent"]
        if kind is BodyKind.POSITION:
            del self.fields["scope"]
            self.fields["parent"].required = True
            self.fields["parent"].help_text = _("Deren Rechte hat auch, wer den Dienstposten hat.")

    @property
    def units(self) -> list[str]:
        """For the list of suggestions."""
        return [one.name for one in self.bodies if one.kind == BodyKind.UNIT and one.state != BodyState.RETIRED]

    def clean_parent(self) -> Body | None:
        return chosen_unit(self.cleaned_data["parent"], self.bodies)


class BodyChangeForm(BodyForm):
    """Where it stands at the top, its scope stays as it is."""

    def __init__(self, body: Body, bodies: QuerySet[Body], *args: Any, **kwargs: Any) -> None:
        initial = {"name": body.name, "parent": body.parent.name if body.parent else ""}
        super().__init__(BodyKind(body.kind), bodies, Scope.objects.none(), *args, initial=initial, **kwargs)
        self.fields.pop("scope", None)


class MemberForm(ReasonForm):
    user = forms.CharField(
        label=gettext_lazy("Person"), max_length=200, widget=forms.TextInput({"list": "people", "autocomplete": "off"})
    )
    valid_from = DayField(
        label=gettext_lazy("Erster Tag"), required=False, help_text=gettext_lazy("Leer: ab heute."),
    )  # fmt: skip
    valid_to = DayField(
        label=gettext_lazy("Letzter Tag"), required=False, help_text=gettext_lazy("Leer: ohne Ende."),
    )  # fmt: skip
    is_deputy = forms.BooleanField(
        label=gettext_lazy("Als Vertretung"), required=False,
        help_text=gettext_lazy("Vertritt für diese Zeit, wer den Dienstposten hat."),
    )  # fmt: skip
    field_order = ("user", "valid_from", "valid_to", "is_deputy", "reason")

    def __init__(self, body: Body, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if body.kind != BodyKind.POSITION:
            del self.fields["is_deputy"]

    def clean_user(self) -> User:
        found = User.objects.filter(username=self.cleaned_data["user"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("Eine Person dieses Namens gibt es nicht."))
        return found


def chosen_unit(typed: str, among: QuerySet[Body]) -> Body | None:
    """By name. Raises ValidationError."""
    if not typed.strip():
        return None
    found = among.filter(name=typed.strip(), kind=BodyKind.UNIT).first()
    if found is None:
        raise forms.ValidationError(_("Eine Organisationseinheit dieses Namens gibt es nicht."))
    return found
