"""Draws up the tables of letters and their annexes: items with prices, a chronicle, a log of measurements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from ingest.samples import people
from ingest.samples.details import figures, money, written

GOODS = {
    "Wartung der Heizungsanlage": "psch.",
    "Reinigung der Fensterflächen": "qm",
    "Kopierpapier DIN A4": "Karton",
    "Absperrgitter": "Stück",
    "Rollsplitt": "kg",
    "Leuchtmittel LED": "Stück",
    "Baumschnitt": "Std.",
    "Fahrbahnmarkierung": "Meter",
    "Prüfung der Feuerlöscher": "Stück",
    "Austausch Türschließer": "Stück",
    "Anfahrt und Rüstzeit": "Std.",
    "Entsorgung Grünschnitt": "kg",
    "Schaltschrank montieren": "Std.",
    "Rohrleitung spülen": "Meter",
    "Wandanstrich weiß": "qm",
    "Bordsteine setzen": "Meter",
    "Stundenlohnarbeiten": "Std.",
    "Spielsand liefern": "cbm",
    "Parkbank aufstellen": "Stück",
    "Rauchmelder ersetzen": "Stück",
}
WHO = ("Ich", "Frau {name}", "Herr {name}", "Die Familie {name}", "Der Hausmeister", "Eine Anwohnerin")
DID = (
    "hat telefonisch nachgefragt",
    "hat Fotos gemacht",
    "war persönlich im Rathaus",
    "hat schriftlich um Rückruf gebeten",
    "hat den Ort erneut besichtigt",
    "hat mit dem Bauhof gesprochen",
    "hat keine Antwort erhalten",
    "hat Unterlagen nachgereicht",
    "hat den Vorfall notiert",
)


@dataclass(slots=True)
class Table:
    """`widths` are shares of the line, together 1; the last columns marked in `right` stand flush right."""

    title: str
    header: list[str]
    rows: list[list[str]]
    widths: list[float]
    right: int = 0
    """How many of the last columns are flush right."""


def make_items(random: Random, count: int | None = None) -> Table:
    """Items with a sum that adds up: net, 19 % tax, total. Amounts in whole cents."""
    rows, net = [], 0
    for number, goods in enumerate(random.sample(sorted(GOODS), count or random.randint(3, 6)), 1):
        amount, price = random.randint(1, 24), random.randint(350, 18_900)
        net += amount * price
        rows.append([str(number), goods, f"{amount} {GOODS[goods]}", money(price), money(amount * price)])
    tax = round(net * 19 / 100)
    for label, cents in (("Nettosumme", net), ("zuzüglich 19 % MwSt.", tax), ("Gesamtbetrag", net + tax)):
        rows.append(["", "", "", label, money(cents)])
    return Table("", ["Pos.", "Bezeichnung", "Menge", "Einzelpreis", "Betrag"], rows, [0.08, 0.42, 0.16, 0.17, 0.17], 2)


def make_chronicle(random: Random, until: date, count: int, title: str) -> Table:
    """One event per row, oldest first."""
    days = sorted(until - timedelta(days=random.randint(3, 400)) for _ in range(count))
    rows = []
    for day in days:
        who = random.choice(WHO).format(name=people.make_surname(random))
        did = random.choice(DID)
        if who == "Ich":
            did = did.replace("hat", "habe", 1)
        time = f"{random.randint(7, 22)}:{random.randint(0, 59):02d} Uhr"
        rows.append([f"{written(day)}, {time}: {who} {did} ({people.make_street(random)})."])
    return Table(title, ["Datum, Uhrzeit: Vorgang"], rows, [1.0])


def make_log(random: Random, until: date, count: int, title: str) -> Table:
    rows = []
    for number in range(1, count + 1):
        day = until - timedelta(days=random.randint(3, 200))
        place = people.make_address(random)
        value = f"{random.randint(21, 79)},{random.randint(0, 9)}"
        rows.append([f"{number}", figures(day), place, value, str(random.randint(40, 3900))])
    return Table(title, ["Nr.", "Datum", "Messpunkt", "dB(A)", "Kfz/Tag"], rows, [0.09, 0.19, 0.40, 0.16, 0.16], 2)
