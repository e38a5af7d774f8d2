"""What people may type on the page of their account, and how each mistake is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from dms.access.models import TokenReach, User
from dms.accounts.tokens import LONGEST_NAME

ENDLESS = "0"
LIFETIMES = [("30", _("30 Tage")), ("90", _("90 Tage")), ("365", _("1 Jahr")), (ENDLESS, _("ohne Ablauf"))]


class OwnPassword(PasswordChangeForm):
    """Django's, in our words. It checks; `dms.accounts` changes."""

    error_messages = {
        "password_mismatch": _("Die beiden neuen Kennwörter sind verschieden. Bitte beide noch einmal eingeben."),
        "password_incorrect": _("Das bisherige Kennwort stimmt nicht. Groß- und Kleinschreibung zählt."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in {
            "old_password": _("Bitte das bisherige Kennwort eingeben."),
            "new_password1": _("Bitte ein neues Kennwort eingeben."),
            "new_password2": _("Bitte das neue Kennwort noch einmal eingeben."),
        }.items():
            self.fields[name].error_messages["required"] = words

    def validate_password_for_user(self, user: User, password_field_name: str = "new_password1") -> None:  # noqa: S107 - a name
        """What is wrong with the new password is told where it was typed first."""
        super().validate_password_for_user(user, "new_password1")


class NewToken(forms.Form):
    name = forms.CharField(
        max_length=LONGEST_NAME,
        error_messages={"required": _("Bitte einen Namen eingeben, an dem Sie das Token wiedererkennen.")},
    )
    reach = forms.ChoiceField(choices=TokenReach.choices, initial=TokenReach.EVERYTHING)
    lifetime = forms.ChoiceField(choices=LIFETIMES, initial="365")

    def expires_at(self, now: datetime) -> datetime | None:
        days = self.cleaned_data["lifetime"]
        return None if days == ENDLESS else now + timedelta(days=int(days))
