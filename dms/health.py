"""How the parts that the product stands on are doing, asked now and answered in words that a clerk can pass on."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from enum import StrEnum

from celery import current_app
from django.db import DatabaseError, connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError as BrokerError

from dms.ports import MalwareScanner, ObjectStore, ScannerUnavailable, ScanVerdict, StoreMisconfigured, StoreUnavailable

log = logging.getLogger(__name__)
BROKER_SECONDS = 1.5


class Part(StrEnum):
    """The code is stable (`/readyz`)."""

    DATABASE = "database"
    OBJECT_STORE = "object_store"
    SEARCH = "search"
    BROKER = "broker"
    WORKERS = "workers"
    MALWARE_SCANNER = "malware_scanner"


class Grade(StrEnum):
    WELL = "well"
    OFF = "off"
    """Not set up; a choice of the town, no fault."""
    BUSY = "busy"
    """Works, and has a backlog that shrinks by itself."""
    SLOW = "slow"
    """Works, but so slowly that people notice; nothing is lost."""
    AWAY = "away"
    """Does not do its work; somebody has to look."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`sentence` says what is so and what it means for people; `advice` what to do about it, empty when nothing."""

    part: Part
    grade: Grade
    sentence: Promise | str
    advice: Promise | str = ""


def database_condition() -> Condition:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.warning("the database does not answer: %s", error)
        return Condition(
            Part.DATABASE,
            Grade.AWAY,
            _("Die Datenbank antwortet nicht; bis sie wieder da ist, geht nichts. Angenommene Post ist sicher."),
            _("PostgreSQL starten. Danach geht alles von selbst weiter."),
        )
    return Condition(Part.DATABASE, Grade.WELL, _("Die Datenbank antwortet."))


def store_condition(store: ObjectStore) -> Condition:
    """Writes and removes a trial object, so that a full or read-only store is told, too."""
    try:
        store.ping()
    except StoreMisconfigured as error:
        log.warning("the object store refuses us: %s", error)
        sentence = _(
            "Der Dokumentenspeicher weist uns ab: Er ist nicht richtig eingerichtet oder schreibgeschützt. Neue Post"
            " wird nicht angenommen; Suche und Listen gehen."
        )
        return Condition(Part.OBJECT_STORE, Grade.AWAY, sentence, str(error))
    except StoreUnavailable as error:
        log.warning("the object store does not take anything: %s", error)
        return Condition(
            Part.OBJECT_STORE,
            Grade.AWAY,
            _(
                "Der Dokumentenspeicher antwortet nicht, ist voll oder schreibgeschützt. Neue Post wird nicht"
                " angenommen, Originale lassen sich nicht laden; Suche und Listen gehen."
            ),
            _("Speicher und freien Platz prüfen. Dateien im Scan-Ordner bleiben dort liegen, bis es weitergeht."),
        )
    return Condition(Part.OBJECT_STORE, Grade.WELL, _("Der Dokumentenspeicher nimmt an und gibt heraus."))


def broker_condition() -> Condition:
    try:
        with current_app.connection_for_write() as link:
            link.ensure_connection(max_retries=0, timeout=BROKER_SECONDS)
    except (BrokerError, OSError) as error:
        log.warning("the broker does not answer: %s", error)
        return Condition(
            Part.BROKER,
            Grade.AWAY,
            _("Die Warteschlange antwortet nicht. Post wird angenommen, aber erst gelesen, wenn sie wieder da ist."),
            _("Redis (BROKER_URL) starten. Was wartet, wird danach von selbst gelesen; es ist nichts verloren."),
        )
    return Condition(Part.BROKER, Grade.WELL, _("Die Warteschlange antwortet."))


def scanner_condition(scanner: MalwareScanner) -> Condition:
    try:
        verdict = scanner.scan(io.BytesIO(b"nothing bad")).verdict
    except ScannerUnavailable as error:
        log.warning("the malware scanner does not answer: %s", error)
        return Condition(
            Part.MALWARE_SCANNER,
            Grade.AWAY,
            _("Der Virenscanner antwortet nicht. Neue Post wird angenommen und wartet, bis sie geprüft werden kann."),
            _("clamd starten; die Prüfung wird von selbst nachgeholt."),
        )
    if verdict is ScanVerdict.NOT_SCANNED:
        return Condition(
            Part.MALWARE_SCANNER, Grade.OFF, _("Es ist kein Virenscanner eingerichtet; Post gilt als nicht geprüft.")
        )
    return Condition(Part.MALWARE_SCANNER, Grade.WELL, _("Der Virenscanner antwortet."))
