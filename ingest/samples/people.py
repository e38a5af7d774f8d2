"""Knows who lives and trades in the fictional town: people, streets, companies and their bank accounts."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

TOWN = "Neustadt an der Lahr"
POSTCODE = "35990"
BANK_CODE = "99970010"
"""Not given to any bank: the accounts are well formed and lead nowhere."""

WOMEN = "Anna Birgit Christiane Dörte Elif Friederike Gülşen Hannelore Ingrid Jördis Käthe Lieselotte Margarete Nadine Özlem Petra Roswitha Sabine Ulrike Yvonne".split()  # noqa: E501
MEN = "Achim Björn Cem Detlef Eberhard Fritz Günther Hans-Jürgen Ingo Jörg Karl-Heinz Lothar Mehmet Norbert Ömer Paweł Rüdiger Sönke Thorsten Volker".split()  # noqa: E501
SURNAMES = "Ackermann Bäcker Brüggemann Czerny Demirtaş Eichhorn Fröhlich Großmann Häußler Jäger Königstein Lüdenscheid Maaß Mößner Nußbaum Oelschläger Pfeiffer Quandt Rübsam Schäfer Schüßler Strauß Thönnissen Überall Vogelsang Weißhaupt Wohlgemuth Yıldız Zöllner Zwiebel".split()  # noqa: E501
CHILDREN = "Mia Emil Frieda Jonas Lotte Matteo Nele Oskar Paula Theo".split()
STREETS = "Ahornallee Bäckergasse Bergstraße Birkenstraße Brückenstraße Burggasse Fährgasse Gartenstraße Goethestraße Hauptstraße Heßstraße Kapellenstraße Königsberger_Straße Lahrstraße Lindenstraße Löwengasse Mühlgasse Obere_Marktstraße Rößlergasse Schloßstraße Schützenstraße Taubengasse Uferstraße Wiesenstraße Zehntgasse".split()  # noqa: E501
CITIES = "Altenrode,Großbrücken,Hohenfels,Mühlbach,Oberweißstein,Sankt Ägidien,Süderhausen,Wölfersdorf".split(",")
TRADES = "Elektrotechnik,Garten- und Landschaftsbau,Gebäudereinigung,Heizungsbau,Ingenieurbüro,Malerbetrieb,Schreinerei,Spedition,Straßenbau,Bürobedarf,Brandschutz,Veranstaltungstechnik".split(  # noqa: E501
    ","
)
LEGAL_FORMS = ("GmbH", "GmbH & Co. KG", "KG", "e. K.", "OHG")


@dataclass(frozen=True, slots=True)
class Correspondent:
    """A person or a company: `name` as it is signed with, `feminine` None for a company."""

    name: str
    street: str
    town: str
    phone: str
    feminine: bool | None = None
    trade: str = ""


def make_surname(random: Random) -> str:
    return random.choice(SURNAMES)


def make_name(random: Random) -> str:
    return f"{random.choice(WOMEN + MEN)} {make_surname(random)}"


def make_street(random: Random) -> str:
    """All are grammatically feminine, so that "in der …" always fits."""
    return random.choice(STREETS).replace("_", " ")


def make_address(random: Random) -> str:
    return f"{make_street(random)} {random.randint(1, 98)}{random.choice(['', '', '', '', 'a', 'b'])}"


def make_phone(random: Random) -> str:
    return f"0{random.randint(6400, 6499)} {random.randint(10000, 999999)}"


def make_company(random: Random) -> str:
    return f"{make_surname(random)} {random.choice(TRADES)} {random.choice(LEGAL_FORMS)}"


def make_iban(random: Random) -> str:
    """A German IBAN with a right check number (ISO 13616), in groups of four."""
    account = BANK_CODE + f"{random.randint(0, 9_999_999_999):010d}"
    check = 98 - int(account + "131400") % 97
    iban = f"DE{check:02d}{account}"
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


def make_person(random: Random) -> Correspondent:
    feminine = random.random() < 0.5
    name = f"{random.choice(WOMEN if feminine else MEN)} {make_surname(random)}"
    return Correspondent(name, make_address(random), f"{POSTCODE} {TOWN}", make_phone(random), feminine)


def make_firm(random: Random) -> Correspondent:
    trade = random.choice(TRADES)
    name = f"{make_surname(random)} {trade} {random.choice(LEGAL_FORMS)}"
    town = f"{random.randint(35900, 35999)} {random.choice(CITIES)}"
    return Correspondent(name, make_address(random), town, make_phone(random), trade=trade)
