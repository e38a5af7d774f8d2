"""Days as Germans write them, in every browser: TT.MM.JJJJ, whatever language the browser speaks."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from dms.records.fields.values import Unfit, read_day

WRITTEN = "%d.%m.%Y"


class DayField(forms.DateField):
    """Also takes the ISO form, as programs and pasted texts have it."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateInput(
            {"placeholder": gettext_lazy("TT.MM.JJJJ"), "autocomplete": "off", "maxlength": 40}, format=WRITTEN
        )
        super().__init__(widget=widget, **more)

    def to_python(self, value: Any) -> date | None:
        """What is no day is told with how to write one."""
        if not isinstance(value, str):
            return super().to_python(value)
        typed = value.replace("\0", "").strip()
        try:
            return date.fromisoformat(read_day(typed)) if typed else None
        except Unfit as error:
            raise forms.ValidationError(str(error)) from error
