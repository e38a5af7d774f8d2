"""A relation between two dossiers, two cases or two documents, and what it is called at either end."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dms.audit.models import Recorded
from dms.records.dossiers.models import Case, Dossier

THINGS = ("dossier", "case", "document")


class RelationKind(models.TextChoices):
    """As it is read from where it was made."""

    SEE_ALSO = "see_also", _("siehe auch")
    BELONGS_TO = "belongs_to", _("gehört zu")
    REPLACES = "replaces", _("ersetzt")
    FOLLOWS = "follows", _("setzt fort (Vorgänger)")
    MADE_FROM = "made_from", _("entstanden aus")
    COPY_OF = "copy_of", _("Kopie von")


ORIGINS = frozenset({RelationKind.MADE_FROM, RelationKind.COPY_OF})
"""How a document came to be: told by the product, and neither made nor removed by people."""
BY_PEOPLE = [(kind.value, kind.label) for kind in RelationKind if kind not in ORIGINS]
"""What people choose from."""


FROM_THE_OTHER_END: dict[str, Promise] = {
    RelationKind.SEE_ALSO: _("siehe auch"),
    RelationKind.BELONGS_TO: _("dazu gehört"),
    RelationKind.REPLACES: _("ersetzt durch"),
    RelationKind.FOLLOWS: _("wird fortgesetzt in (Nachfolger)"),
    RelationKind.MADE_FROM: _("daraus entstanden"),
    RelationKind.COPY_OF: _("kopiert als"),
}


def relation_label(kind: str, *, outward: bool) -> str:
    """As people read it, at the end where it was made or at the other."""
    return str(RelationKind(kind).label if outward else FROM_THE_OTHER_END[kind])


def _pair(name: str) -> Q:
    """Both ends are things of this sort and not the same one; none is of another."""
    others: dict[str, bool] = {
        f"{side}_{other}__isnull": True for other in THINGS if other != name for side in ("from", "to")
    }
    both = {f"from_{name}__isnull": False, f"to_{name}__isnull": False}
    return Q(**others, **both) & ~Q(**{f"from_{name}": F(f"to_{name}")})


class Relation(Recorded):
    """Told in a chain of its own, because what it joins may go from one dossier to another; both places tell of it too.

    It is shown only to those who may see the other end.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=RelationKind)
    from_dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="relations_from")
    to_dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="relations_to")
    from_case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="relations_from")
    to_case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="relations_to")
    from_document = models.ForeignKey("records.Document", models.PROTECT, null=True, related_name="relations_from")
    to_document = models.ForeignKey("records.Document", models.PROTECT, null=True, related_name="relations_to")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    """`Actor.key`."""

    audited_fields: ClassVar[tuple[str, ...]] = (
        "kind", "from_dossier_id", "to_dossier_id", "from_case_id", "to_case_id", "from_document_id",
        "to_document_id", "made_at", "made_by",
    )  # fmt: skip

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RelationKind.values), name="relation_kind_is_known"),
            models.CheckConstraint(
                condition=_pair("dossier") | _pair("case") | _pair("document"), name="relation_joins_two_alike"
            ),
            *(
                models.UniqueConstraint(fields=["kind", f"from_{name}", f"to_{name}"], name=f"relation_once_{name}")
                for name in THINGS
            ),
        ]

    @property
    def chain(self) -> str:
        return f"relation:{self.pk}"

    @property
    def sort(self) -> str:
        """One of THINGS."""
        return next(name for name in THINGS if getattr(self, f"from_{name}_id"))
