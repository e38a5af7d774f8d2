"""What people type about parties: names, where somebody is reached, and as what they take part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from dms.records.documents.facts import InvalidFact
from dms.records.parties.describing import AddressFacts, PartyFacts
from dms.records.parties.models import LONGEST_NAME, AddressKind, Party, PartyAddress, PartyKind, PartyRole
from dms.records.parties.similar import Sought
from frontend.forms.days import DayField

NAMES = ("kind", "academic_title", "given_names", "family_name", "birth_name", "birth_date", "organisation")
PARTS = ("kind", "addition", "street", "postcode", "city", "country", "value", "valid_from", "valid_to")
MORE_ADDRESSES = 1


def _day(label: Any, **more: Any) -> DayField:
    return DayField(label=label, required=False, of_our_days=False, **more)


def _text(label: Any, longest: int = LONGEST_NAME, **more: Any) -> forms.CharField:
    widget = forms.TextInput({"autocomplete": "off"})
    return forms.CharField(label=label, max_length=longest, required=False, widget=widget, **more)


class PartyForm(forms.Form):
    """The names. What does not fit the kind is told by the service."""

    kind = forms.ChoiceField(label=_("Art"), choices=PartyKind.choices, initial=PartyKind.PERSON)
    family_name = _text(_("Nachname"), help_text=_("Nur bei Personen."))
    given_names = _text(_("Vornamen"))
    academic_title = _text(_("Titel"), 60, help_text=_("Etwa Dr. oder Prof."))
    birth_name = _text(_("Geburtsname"), help_text=_("Wenn er anders lautet."))
    birth_date = _day(_("Geburtsdatum"), help_text=_("Nur wenn die Sache es verlangt."))
    organisation = _text(_("Name der Organisation"), help_text=_("Firma, Verein, Behörde; nur bei Organisationen."))

    @classmethod
    def of(cls, party: Party, data: Any = None) -> PartyForm:
        return cls(data, initial={name: getattr(party, name) for name in NAMES})

    def facts(self) -> PartyFacts:
        return cast(PartyFacts, {name: self.cleaned_data[name] for name in NAMES})

    def refuse(self, error: InvalidFact) -> None:
        self.add_error(error.field if error.field in self.fields else None, str(error))


class AddressForm(forms.Form):
    """Left empty it is no address; emptied it is taken out."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Art der Anschrift"), choices=AddressKind.choices, initial=AddressKind.HOME)
    street = _text(_("Straße und Hausnummer"), help_text=_("Bei einem Postfach dessen Nummer."))
    postcode = _text(_("Postleitzahl"), 20)
    city = _text(_("Ort"))
    addition = _text(_("Zusatz"), help_text=_("c/o, Abteilung, Hausteil."))
    country = _text(_("Land"), 100, help_text=_("Leer: Deutschland."))
    value = _text(_("E-Mail oder Telefon"), 300, help_text=_("Nur bei diesen beiden Arten."))
    valid_from = _day(_("Gilt ab"))
    valid_to = _day(_("Gilt bis"))

    def facts(self) -> AddressFacts | None:
        """None: nothing stands there."""
        typed = self.cleaned_data
        if not any(typed.get(name) for name in PARTS if name != "kind"):
            return None
        known: UUID | None = typed.get("id")
        return cast(AddressFacts, {"id": known, **{name: typed[name] for name in PARTS}})


class Addresses:
    """The addresses of a party, each a form of its own, and one more to fill in."""

    def __init__(self, known: list[PartyAddress], data: Any = None) -> None:
        number = _number(data) if data is not None else len(known) + MORE_ADDRESSES
        initial = [{"id": one.pk, **{name: getattr(one, name) for name in PARTS}} for one in known]
        blank: list[dict[str, Any]] = [{}] * (number - len(known))
        self.forms = [
            AddressForm(data, initial=stood, prefix=f"address-{place}")
            for place, stood in enumerate([*initial, *blank][:number])
        ]  # fmt: skip

    def is_valid(self) -> bool:
        return not [form for form in self.forms if not form.is_valid()]  # each is asked, to tell all mistakes at once

    def facts(self) -> list[AddressFacts]:
        return [facts for form in self.forms if (facts := form.facts()) is not None]


class RoleForm(forms.Form):
    role = forms.ModelChoiceField(
        queryset=PartyRole.objects.none(), label=_("Rolle"), empty_label=None,
        help_text=_("Als was die Person oder Organisation hier beteiligt ist."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].queryset = PartyRole.objects.all()  # type: ignore[attr-defined]


class ParticipantForm(PartyForm, RoleForm):
    field_order = ("role", "kind", "family_name", "given_names")


class NewRoleForm(forms.Form):
    label = forms.CharField(label=_("Neue Rolle"), max_length=100, widget=forms.TextInput({"autocomplete": "off"}))

    def refuse(self, error: InvalidFact) -> None:
        self.add_error(error.field if error.field in self.fields else None, str(error))


def sought(form: PartyForm, addresses: Addresses) -> Sought:
    """Whom to look for in the register before somebody new is entered."""
    typed = form.cleaned_data
    name = " ".join((typed["given_names"], typed["family_name"], typed["organisation"]))
    postcodes = frozenset(facts["postcode"] for facts in addresses.facts() if facts.get("postcode"))
    return Sought(name, typed["birth_date"], postcodes)


def _number(data: Mapping[str, Any]) -> int:
    """How many addresses the form had that comes back."""
    return min(sum(1 for name in data if name.startswith("address-") and name.endswith("-kind")), 60)
