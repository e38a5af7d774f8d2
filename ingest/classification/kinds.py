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
class DocumentKind:
    slug: str
    label: Promise
    description: Promise


KINDS: tuple[DocumentKind, ...] = (
    DocumentKind(
        Kind.APPLICATION, _("Antrag"), _("Jemand bittet um eine Genehmigung, eine Leistung oder eine Befreiung.")
    ),
    DocumentKind(Kind.OBJECTION, _("Widerspruch"), _("Jemand wendet sich förmlich gegen einen Bescheid.")),
    DocumentKind(Kind.INVOICE, _("Rechnung"), _("Eine Lieferung oder Leistung wird in Rechnung gestellt.")),
    DocumentKind(Kind.REMINDER, _("Mahnung"), _("Eine fällige Zahlung wird angemahnt.")),
    DocumentKind(Kind.OFFER, _("Angebot"), _("Ein Unternehmen bietet eine Lieferung oder Leistung zu einem Preis an.")),
    DocumentKind(
        Kind.COMPLAINT, _("Beschwerde"), _("Jemand beklagt sich über einen Zustand, eine Störung oder das Verhalten.")
    ),
    DocumentKind(Kind.INQUIRY, _("Anfrage"), _("Jemand stellt Fragen und bittet um Auskunft.")),
    DocumentKind(
        Kind.INFORMATION_REQUEST,
        _("Antrag auf Informationszugang"),
        _("Jemand verlangt Akteneinsicht oder amtliche Informationen nach dem Gesetz."),
    ),
    DocumentKind(
        Kind.NOTICE_OF_DEFECT,
        _("Schadensmeldung"),
        _("Ein Schaden oder Mangel an öffentlichem Eigentum wird gemeldet."),
    ),
    DocumentKind(Kind.JOB_APPLICATION, _("Bewerbung"), _("Jemand bewirbt sich um eine Stelle oder Ausbildung.")),
    DocumentKind(Kind.TAX_MATTER, _("Steuersache"), _("Erklärungen, Stundungen und Mitteilungen zu Gemeindesteuern.")),
    DocumentKind(
        Kind.POWER_OF_ATTORNEY, _("Vollmacht"), _("Jemand ermächtigt eine andere Person, für ihn zu handeln.")
    ),
    DocumentKind(
        Kind.REGISTRATION, _("Anmeldung"), _("Gewerbe, Hund, Veranstaltung oder Kind werden an- oder umgemeldet.")
    ),
    DocumentKind(
        Kind.CANCELLATION, _("Kündigung"), _("Ein Vertrag, eine Mitgliedschaft oder ein Platz wird gekündigt.")
    ),
    DocumentKind(
        Kind.STATEMENT, _("Stellungnahme"), _("Jemand nimmt zu einer Planung oder einem Verfahren fachlich Stellung.")
    ),
    DocumentKind(Kind.CONTRACT, _("Vertrag"), _("Zwei Seiten vereinbaren Leistungen, Pflichten und Fristen.")),
    DocumentKind(Kind.INVITATION, _("Einladung"), _("Zu einer Sitzung, Feier oder Veranstaltung wird eingeladen.")),
    DocumentKind(Kind.CERTIFICATE, _("Bescheinigung"), _("Eine Stelle bestätigt jemandem eine Tatsache schriftlich.")),
)
"""In the order in which a person chooses; no two share a slug."""
