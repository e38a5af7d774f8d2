"""What a field is: its key, what people read beside it, its type, and how much of each there may be."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy

LONGEST_KEY = 40
LONGEST_LABEL = 80
LONGEST_HELP = 300
LONGEST_CHOICE = 120
MOST_CHOICES = 100
MOST_FIELDS = 60


class FieldType(models.TextChoices):
    TEXT = "text", gettext_lazy("Text")
    LONG_TEXT = "long_text", gettext_lazy("langer Text")
    NUMBER = "number", gettext_lazy("Zahl")
    DATE = "date", gettext_lazy("Datum")
    AMOUNT = "amount", gettext_lazy("Betrag in Euro")
    CHOICE = "choice", gettext_lazy("Auswahl")
    PERSON = "person", gettext_lazy("Person")
    YES_NO = "yes_no", gettext_lazy("ja oder nein")


WITH_PATTERN = frozenset({FieldType.TEXT})


@dataclass(frozen=True, slots=True)
class Field:
    """`default` is as people type it. A retired field is asked no more; its key is never given to another."""

    key: str
    label: str
    type: FieldType
    help: str = ""
    mandatory: bool = False
    pattern: str = ""
    pattern_message: str = ""
    default: str = ""
    choices: tuple[str, ...] = ()
    retired: bool = False

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(
            **{**stored, "type": FieldType(stored["type"]), "choices": tuple(stored["choices"])}
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "type": str(self.type), "choices": list(self.choices)}
