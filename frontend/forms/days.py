"""Days as Germans write them, in every browser: TT.MM.JJJJ, whatever language the browser speaks."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from dms.records.fields.values import Unfit, read_day

WRITTEN = "%d.%m.%Y"
_SHORT = re.compile(r"\s*([0-9]{1,2}\s*[.,]\s*[0-9]{1,2}\s*[.,])\s*([0-9]{2})\s*")


class DayField(forms.DateField):
    """Also takes the ISO form, as programs and pasted texts have it.

    `of_our_days`: the day lies near today, as that of a right or a loan, so that 1.2.26 can only be one of this
    century; a day of birth is not guessed.
    """

    def __init__(self, *, of_our_days: bool = True, **more: Any) -> None:
        self.of_our_days = of_our_days
        widget = forms.DateInput(
            {"placeholder": gettext_lazy("TT.MM.JJJJ"), "autocomplete": "off", "maxlength": 40}, format=WRITTEN
        )
        super().__init__(widget=widget, **more)

    def to_python(self, value: Any) -> date | None:
        """What is no day is told with how to write one."""
        if not isinstance(value, str):
            return super().to_python(value)
        typed = value.replace("\0", "").strip()
        short = _SHORT.fullmatch(typed) if self.of_our_days else None
        try:
            return date.fromisoformat(read_day(f"{short[1]}20{short[2]}" if short else typed)) if typed else None
        except Unfit as error:
            raise forms.ValidationError(str(error)) from error
