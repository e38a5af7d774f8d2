"""How the files of a made-up town are called, and which mail lies in them: by the number of their plan entry.

Gaps in braces are those of `ingest.samples.details`. The longest number that an entry's own begins with counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")

DOSSIERS: dict[str, tuple[str, ...]] = {
    "": ("{address}", "{person}", "{company}", "{street}, Anfrage {person}", "{year}, {company}"),
    "00": ("Neufassung {year}", "Abstimmung mit {city}", "Arbeitsgruppe {year}", "{city}, Austausch {year}"),
    "011": ("Sitzung am {date}", "Antrag der Ratsfraktion, {street}", "Niederschriften {year}"),
    "012": ("Satzung {year}, Änderung", "Bürgerbegehren {street}", "Neufassung der Gebührenordnung {year}"),
    "014": ("Kommunalwahl {year}", "Wahlbezirk {small}", "Bundestagswahl {year}, Wahlbezirk {small}"),
    "015": ("{person}, geb. {birth}", "{person}", "Stelle {job}", "{person}, {job}"),
    "016": ("Beschwerde {person}", "Eingabe {person}, {street}", "Petition {street}"),
    "017": ("{company}, Bestellung {order_number}", "Rahmenvertrag {company}", "Dienstwagen {letters}-{number_2}"),
    "11": ("{person}, geb. {birth}", "{person}, {address}", "{person}"),
    "115": ("{person}, geb. {birth}", "Erlaubnis {person}"),
    "116": ("{person}, Verstoß vom {date}", "{company}, Verstoß vom {date}", "{street}, {date}"),
    "12": ("Objekt {address}", "Einsatz {street}, {date}", "{company}, Brandschau"),
    "13": ("{person} ./. Stadt", "{company} ./. Stadt", "Vergleich {person}"),
    "2": ("Schuljahr {year}, Klasse {digit}", "{person}, geb. {child_birth}", "{company}, Beförderung {year}"),
    "3": ("Verein der {street}, Förderung {year}", "Kursprogramm {year}", "{address}, Denkmal", "Ehrung {person}"),
    "4": ("{person}, geb. {birth}", "{person}, {address}", "{person} und Angehörige"),
    "415": ("Kita {street}, {person}", "{person}, geb. {child_birth}", "Trägervertrag {company}"),
    "5": ("{address}", "Grabfeld {small}, {person}", "{company}, {street}", "Verein, Halle {street}"),
    "611": ("{address}, Wintergarten", "{address}, Carport", "{address}, Neubau Wohnhaus", "{address}, Dachausbau",
            "{address}, Nutzungsänderung", "{company}, {street}, Werbeanlage", "Flurstück {plot}, {street}"),
    "612": ("Bebauungsplan Nr. {number} {street}", "Änderung {digit}, Gebiet {street}"),
    "613": ("{street}, {address}", "Abrechnung {street} {year}"),
    "614": ("Rathaus, {company}", "Grundschule {street}, {company}", "Feuerwehrhaus, {year}"),
    "615": ("{street}, Ausbau {year}", "{street}, Aufbruch {company}", "Brücke {street}", "Leuchten {street}"),
    "7": ("{street}, Bäume", "Spielplatz {street}", "{company}, {year}", "Behälter {address}", "{address}"),
    "811": ("{company}", "{person}, {business}", "{company}, {street}", "Markt {year}, {company}"),
    "812": ("{letters}-{number_2}, {person}", "{person}"),
    "813": ("{person}, geb. {birth}", "{person}"),
    "814": ("{street}, Anordnung {date}", "{company}, Ansiedlung", "Linie {small}, {street}"),
    "911": ("Haushalt {year}", "Teilhaushalt {small}, {year}", "Jahresabschluss {year}, {company}"),
    "912": ("Buchungskreis {small}, {year}",),
    "913": ("{company}, {invoice_number}", "{person}, Mahnung {cash_ref}", "{company}, {year}"),
    "914": ("{company}, {street}", "Ausschreibung {year}, {street}", "Los {digit}, {company}"),
    "915": ("Zuwendung {year}, {street}", "Programm {year}, Verein {street}"),
    "916": ("{address}", "{person}, Kassenzeichen {cash_ref}", "{company}, Steuernummer {tax_number}"),
    "917": ("Flurstück {plot}, {street}", "{person}, Schaden vom {date}", "Pacht {person}"),
}  # fmt: skip
CASES: dict[str, tuple[str, ...]] = {
    "": ("Antrag", "Anfrage vom {date}", "Anhörung", "Widerspruch", "Bescheid", "Rückfrage {company}", "Prüfung {year}",
         "Schriftwechsel mit {city}", "Beschwerde {person}", "Unterlagen nachgereicht"),
    "015": ("Einstellung", "Beurteilung {year}", "Elternzeit", "Nebentätigkeit", "Fortbildung {year}", "Beihilfe"),
    "4": ("Erstantrag", "Weiterbewilligung {year}", "Änderung der Verhältnisse", "Rückforderung", "Widerspruch"),
    "611": ("Bauantrag", "Nachforderung", "Beteiligung der Nachbarn", "Statik", "Abnahme", "Widerspruch {person}"),
    "914": ("Bekanntmachung", "Angebote", "Zuschlag", "Nachtrag {digit}", "Rechnungen"),
    "916": ("Festsetzung {year}", "Stundung", "Widerspruch", "Erlass", "Messbescheid {year}"),
}  # fmt: skip
TOPICS: dict[str, tuple[str, ...]] = {
    "1": ("noise", "parking_permit", "wedding_hall", "event"),
    "2": ("daycare",),
    "3": ("event", "wedding_hall"),
    "4": ("housing", "daycare"),
    "5": ("cemetery", "event"),
    "6": ("building_permit", "road_damage", "water"),
    "7": ("trees", "waste_fees", "water"),
    "8": ("trade", "event", "parking_permit"),
    "9": ("dog_tax", "waste_fees", "water"),
}
SHARES: dict[str, float] = {
    "": 1, "00": 0.3, "012": 0.3, "014": 0.2, "016": 1, "111": 2, "113": 3, "114": 2, "116": 6, "12": 0.6, "118": 0.1,
    "211": 1.5, "411": 4, "412": 5, "413": 3, "415": 4, "512": 2, "6110": 16, "6111": 3, "6112": 4, "612": 0.6,
    "613": 2, "615": 3, "712": 2, "811": 5, "813": 2, "912": 0.2, "913": 5, "914": 3, "916": 7, "917": 2,
}  # fmt: skip
"""How many dossiers stand below an entry, compared with others."""


def nearest(table: Mapping[str, T], number: str) -> T:
    """By the longest key with which the number begins; every table has one for all."""
    return table[max((key for key in table if number.startswith(key)), key=len)]
