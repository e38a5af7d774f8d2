"""The list of holdings (Aktenbestandsverzeichnis): each dossier and volume, its medium, its place and who has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.batches import batches
from dms.records.dossiers.models import Dossier
from dms.records.dossiers.queries import DossierQuerySet
from dms.records.holdings.models import Loan, Volume
from dms.records.order import german
from dms.records.tables import write_table

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class HoldingsAsked:
    """Empty: whatever there is. `place` is a part of what the location is called."""

    place: str = ""
    medium: str = ""
    state: str = ""
    lent: bool = False
    entry: UUID | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """A dossier with its volumes, and what of it is lent at present."""

    dossier: Dossier
    volumes: Sequence[Volume]
    loans: Sequence[Loan]

    @property
    def loan(self) -> Loan | None:
        """Of the dossier as a whole."""
        return next((loan for loan in self.loans if loan.volume_id is None), None)

    @property
    def parts(self) -> list[tuple[Volume, Loan | None]]:
        lent = {loan.volume_id: loan for loan in self.loans}
        return [(volume, lent.get(volume.pk)) for volume in self.volumes]


def holdings_asked(actor: Actor, asked: HoldingsAsked) -> DossierQuerySet:
    """The dossiers that the actor may see and to which, or to one of whose volumes, all of this applies."""
    found: DossierQuerySet = Dossier.objects.visible_to(actor).order_by(german("reference_number"))
    own, volumes = Q(), Q()
    for name, value in (("location__icontains", asked.place), ("medium", asked.medium), ("state", asked.state)):
        if value:
            own, volumes = own & Q(**{name: value}), volumes & Q(**{name: value})
    if own:
        found = found.filter(own | Q(pk__in=Volume.objects.filter(volumes).values("dossier_id")))
    if asked.lent:
        found = found.filter(pk__in=Loan.objects.filter(returned_at=None).values("dossier_id"))
    return found.of_entry(asked.entry) if asked.entry else found


def holdings_of(dossiers: Sequence[Dossier]) -> list[Holding]:
    """In the order given, by a constant number of queries. The caller has checked that they may be seen."""
    volumes: dict[UUID, list[Volume]] = {}
    loans: dict[UUID, list[Loan]] = {}
    for volume in Volume.objects.filter(dossier__in=dossiers):
        volumes.setdefault(volume.dossier_id, []).append(volume)
    for loan in Loan.objects.filter(dossier__in=dossiers, returned_at=None):
        loans.setdefault(loan.dossier_id, []).append(loan)
    return [Holding(one, volumes.get(one.pk, ()), loans.get(one.pk, ())) for one in dossiers]


def write_holdings(actor: Actor, asked: HoldingsAsked) -> bytes:
    """As a table, a row for each dossier and for each volume."""
    columns = (
        _("Aktenzeichen"), _("Betreff"), _("Band"), _("Medium"), _("Standort"), _("Stand"), _("Ausgeliehen an"),
        _("seit"), _("bis"),
    )  # fmt: skip
    return write_table(columns, _rows(holdings_asked(actor, asked))).encode()


def _rows(found: Iterable[Dossier]) -> Iterator[Sequence[str]]:
    for dossiers in batches(found, _AT_ONCE):
        for holding in holdings_of(dossiers):
            yield _row(holding.dossier, holding.dossier, "", holding.loan)
            for volume, loan in holding.parts:
                yield _row(holding.dossier, volume, str(volume), loan)


def _row(dossier: Dossier, kept: Dossier | Volume, volume: str, loan: Loan | None) -> Sequence[str]:
    since = f"{timezone.localtime(loan.lent_at):%d.%m.%Y}" if loan else ""
    due = f"{loan.due:%d.%m.%Y}" if loan and loan.due else ""
    return (
        dossier.reference_number, dossier.title, volume, kept.get_medium_display(), kept.location,
        kept.get_state_display(), loan.borrower if loan else "", since, due,
    )  # fmt: skip
