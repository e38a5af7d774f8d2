"""The forms by which accounts are made, and by which somebody chooses their first password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _

from dms.access.models import User
from dms.accounts.keeping import LONGEST_LOGIN, LONGEST_NAME
from frontend.forms.rights import ReasonForm


class NewAccountForm(ReasonForm):
    user = forms.CharField(
        label=_("Anmeldename"), max_length=LONGEST_LOGIN,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("Buchstaben, Ziffern und @ . + - _ ohne Leerzeichen. Er bleibt, wie er ist."),
    )  # fmt: skip
    first_name = forms.CharField(
        label=_("Vorname"), max_length=LONGEST_NAME, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    last_name = forms.CharField(
        label=_("Nachname"), max_length=LONGEST_NAME, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    with_link = forms.BooleanField(
        label=_("Gleich einen Einrichtungslink ausstellen"), required=False,
        help_text=_("Nicht nötig für Personen, die sich im Verzeichnis oder beim Anmeldedienst der Stadt anmelden."),
    )  # fmt: skip
    field_order = ("user", "first_name", "last_name", "with_link", "reason")


class FirstPassword(SetPasswordForm):
    """Django's, in our words. It checks; `dms.accounts` changes."""

    error_messages = {
        "password_mismatch": _("Die beiden Kennwörter sind verschieden. Bitte beide noch einmal eingeben."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in {
            "new_password1": _("Bitte ein Kennwort eingeben."),
            "new_password2": _("Bitte das Kennwort noch einmal eingeben."),
        }.items():
            self.fields[name].error_messages["required"] = words

    def validate_password_for_user(self, user: User, password_field_name: str = "new_password1") -> None:  # noqa: S107 - a name
        """What is wrong with the password is told where it was typed first."""
        super().validate_password_for_user(user, "new_password1")
