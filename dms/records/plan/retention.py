"""How long records of a plan entry are kept by default, what becomes of them then, and by which law we know."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Keeping(models.TextChoices):
    """The shape of a retention rule. The plan states it; `retention` will reckon with it."""

    UNSET = "unset", _("wie übergeordnet")
    PERIOD = "period", _("Frist")
    AT_ONCE = "at_once", _("sofort")
    EVENT = "event", _("bis zu einem Ereignis")
    PERMANENT = "permanent", _("dauernd")


class Unit(models.TextChoices):
    DAYS = "days", _("Tage")
    MONTHS = "months", _("Monate")
    YEARS = "years", _("Jahre")


class Appraisal(models.TextChoices):
    """What the archive decides (xdomea: Aussonderungsart A, B, V)."""

    ARCHIVE = "archive", _("archivwürdig (A)")
    ASSESS = "assess", _("bewerten (B)")
    DESTROY = "destroy", _("vernichten (V)")


class Confidence(models.TextChoices):
    """How sure we are that the law says so; nobody may rely on a rule that no person has reviewed."""

    HIGH = "high", _("hoch")
    MEDIUM = "medium", _("mittel")
    LOW = "low", _("gering")


LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Retention:
    """A default for the dossiers of an entry. A period of years counts from the end of the calendar year of `start`.

    Unset, all of it is empty: the entry above decides.
    """

    keeping: Keeping = Keeping.UNSET
    length: int | None = None
    unit: str = ""
    start: str = ""
    """What sets the period going, in words."""
    note: str = ""
    appraisal: str = ""
    legal_basis: str = ""
    confidence: str = ""
    reviewed_by: str = ""

    @property
    def is_set(self) -> bool:
        return self.keeping is not Keeping.UNSET

    @property
    def problems(self) -> list[str]:
        """What a set rule still lacks, as names of fields; none when it is whole. The database asks the same."""
        if not self.is_set:
            return ["keeping"] if self.appraisal or self.legal_basis or self.confidence else []
        period = self.keeping is Keeping.PERIOD
        whole = {
            "length": 0 < (self.length or 0) <= LONGEST and self.unit in Unit.values if period else not self.length,
            "appraisal": self.appraisal in Appraisal.values,
            "legal_basis": bool(self.legal_basis),
            "confidence": self.confidence in Confidence.values,
        }
        return [name for name, right in whole.items() if not right]
