"""Knows the kinds of municipal mail that the product can tell apart from the first day; a town may add its own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """The value is the slug: stable, kept in facts, in the type table and in the model."""

    APPLICATION = "application"
    OBJECTION = "objection"
    INVOICE = "invoice"
    REMINDER = "reminder"
    OFFER = "offer"
    COMPLAINT = "complaint"
    INQUIRY = "inquiry"
    INFORMATION_REQUEST = "information_request"
    NOTICE_OF_DEFECT = "notice_of_defect"
    JOB_APPLICATION = "job_application"
    TAX_MATTER = "tax_matter"
    POWER_OF_ATTORNEY = "power_of_attorney"
    REGISTRATION = "registration"
    CANCELLATION = "cancellation"
    STATEMENT = "statement"
    CONTRACT = "contract"
    INVITATION = "invitation"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class BuiltInKind:
    slug: str
    label: Promise
    description: Promise


KINDS: tuple[BuiltInKind, ...] = (
    BuiltInKind(
        Kind.APPLICATION, _("Antrag"), _("Jemand bittet um eine Genehmigung, eine Leistung oder eine Befreiung.")
    ),
    BuiltInKind(Kind.OBJECTION, _("Widerspruch"), _("Jemand wendet sich förmlich gegen einen Bescheid.")),
    BuiltInKind(Kind.INVOICE, _("Rechnung"), _("Eine Lieferung oder Leistung wird in Rechnung gestellt.")),
    BuiltInKind(Kind.REMINDER, _("Mahnung"), _("Eine fällige Zahlung wird angemahnt.")),
    BuiltInKind(Kind.OFFER, _("Angebot"), _("Ein Unternehmen bietet eine Lieferung oder Leistung zu einem Preis an.")),
    BuiltInKind(
        Kind.COMPLAINT, _("Beschwerde"), _("Jemand beklagt sich über einen Zustand, eine Störung oder das Verhalten.")
    ),
    BuiltInKind(Kind.INQUIRY, _("Anfrage"), _("Jemand stellt Fragen und bittet um Auskunft.")),
    BuiltInKind(
        Kind.INFORMATION_REQUEST,
        _("Antrag auf Informationszugang"),
        _("Jemand verlangt Akteneinsicht oder amtliche Informationen nach dem Gesetz."),
    ),
    BuiltInKind(
        Kind.NOTICE_OF_DEFECT,
        _("Schadensmeldung"),
        _("Ein Schaden oder Mangel an öffentlichem Eigentum wird gemeldet."),
    ),
    BuiltInKind(Kind.JOB_APPLICATION, _("Bewerbung"), _("Jemand bewirbt sich um eine Stelle oder Ausbildung.")),
    BuiltInKind(Kind.TAX_MATTER, _("Steuersache"), _("Erklärungen, Stundungen und Mitteilungen zu Gemeindesteuern.")),
    BuiltInKind(Kind.POWER_OF_ATTORNEY, _("Vollmacht"), _("Jemand ermächtigt eine andere Person, für ihn zu handeln.")),
    BuiltInKind(
        Kind.REGISTRATION, _("Anmeldung"), _("Gewerbe, Hund, Veranstaltung oder Kind werden an- oder umgemeldet.")
    ),
    BuiltInKind(
        Kind.CANCELLATION, _("Kündigung"), _("Ein Vertrag, eine Mitgliedschaft oder ein Platz wird gekündigt.")
    ),
    BuiltInKind(
        Kind.STATEMENT, _("Stellungnahme"), _("Jemand nimmt zu einer Planung oder einem Verfahren fachlich Stellung.")
    ),
    BuiltInKind(Kind.CONTRACT, _("Vertrag"), _("Zwei Seiten vereinbaren Leistungen, Pflichten und Fristen.")),
    BuiltInKind(Kind.INVITATION, _("Einladung"), _("Zu einer Sitzung, Feier oder Veranstaltung wird eingeladen.")),
    BuiltInKind(Kind.CERTIFICATE, _("Bescheinigung"), _("Eine Stelle bestätigt jemandem eine Tatsache schriftlich.")),
)
"""In the order in which a person chooses; no two share a slug."""
