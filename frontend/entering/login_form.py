"""Name and password, and why the directory refuses somebody if it says so."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from dms.accounts.outside import OutsideRefused


class LoginForm(AuthenticationForm):
    refusal = ""
    """Instead of the sentence for a wrong name or password."""

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except OutsideRefused as error:
            self.refusal = str(error)
            raise forms.ValidationError(self.refusal) from None
