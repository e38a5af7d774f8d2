"""The keys of the pages: the one source for the elements that listen to them and for the table on the help page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Place(Enum):
    EVERYWHERE = _("Überall")
    HITS = _("In der Trefferliste")
    DOCUMENT = _("Im Dokument")
    INBOX = _("Im Posteingang")
    DOSSIERS = _("In den Akten")
    PLAN = _("Im Aktenplan")


@dataclass(frozen=True, slots=True)
class Key:
    """`keys` as @github/hotkey wants them: alternatives with commas, a sequence with spaces.

    `also` are the same keys on other keyboards (/ is Shift+7 on a German one); they are not told.
    """

    keys: str
    place: Place
    text: Promise
    also: str = ""

    @property
    def attribute(self) -> str:
        return ",".join(filter(None, (self.keys, self.also)))

    def alternatives(self) -> Iterator[list[str]]:
        """As people read them: each alternative is a list of keys that are pressed together or one after the other."""
        for alternative in self.keys.split(","):
            yield [NAMES.get(key, key) for part in alternative.split(" ") for key in part.split("+")]


NAMES = {
    "ArrowUp": "↑",
    "ArrowDown": "↓",
    "ArrowLeft": "←",
    "ArrowRight": "→",
    "Shift": "⇧",
    "Plus": "+",
    "-": "−",
    "Control": "Strg",
}

KEYS: dict[str, Key] = {
    "search": Key("/", Place.EVERYWHERE, _("In das Suchfeld springen"), also="Shift+/"),
    "go_search": Key("g s", Place.EVERYWHERE, _("Zur Suche")),
    "go_inbox": Key("g p", Place.EVERYWHERE, _("Zum Posteingang")),
    "go_dossiers": Key("g a", Place.EVERYWHERE, _("Zu den Akten")),
    "go_plan": Key("g l", Place.EVERYWHERE, _("Zum Aktenplan")),
    "go_parties": Key("g b", Place.EVERYWHERE, _("Zu den Beteiligten")),
    "help": Key("?", Place.EVERYWHERE, _("Diese Hilfe zeigen"), also="Shift+?"),
    "hit_next": Key("j,ArrowDown", Place.HITS, _("Nächster Treffer, mit Vorschau")),
    "hit_previous": Key("k,ArrowUp", Place.HITS, _("Vorheriger Treffer")),
    "hit_open": Key("Enter", Place.HITS, _("Gewählten Treffer öffnen")),
    "find_next": Key("n,F3", Place.DOCUMENT, _("Nächste Fundstelle")),
    "find_previous": Key("p,Shift+F3", Place.DOCUMENT, _("Vorherige Fundstelle")),
    "document_next": Key("j,ArrowRight", Place.DOCUMENT, _("Nächstes Dokument der Trefferliste")),
    "document_previous": Key("k,ArrowLeft", Place.DOCUMENT, _("Vorheriges Dokument der Trefferliste")),
    "back": Key("u", Place.DOCUMENT, _("Zurück zur Trefferliste")),
    "page": Key("s", Place.DOCUMENT, _("Zu einer Seite springen")),
    "zoom_in": Key("Plus", Place.DOCUMENT, _("Vergrößern"), also="Shift+Plus"),
    "zoom_out": Key("-", Place.DOCUMENT, _("Verkleinern")),
    "zoom_real": Key("1", Place.DOCUMENT, _("Originalgröße")),
    "zoom_fit": Key("0", Place.DOCUMENT, _("Seitenbreite")),
    "correct_title": Key("t", Place.DOCUMENT, _("Titel berichtigen")),
    "correct_sender": Key("v", Place.DOCUMENT, _("Absender berichtigen (von)")),
    "correct_date": Key("d", Place.DOCUMENT, _("Datum berichtigen")),
    "kind_confirm": Key("b", Place.DOCUMENT, _("Vorgeschlagene Dokumentart bestätigen")),
    "kind_choose": Key("a", Place.DOCUMENT, _("Andere Dokumentart wählen")),
    "file_document": Key("l", Place.DOCUMENT, _("Ablegen oder verschieben")),
    "undo": Key("Control+z", Place.DOCUMENT, _("Letzte Berichtigung zurücknehmen")),
    "dossier_search": Key("f", Place.DOSSIERS, _("Akten suchen")),
    "dossier_new": Key("n", Place.DOSSIERS, _("Neue Akte")),
    "row_next": Key("j", Place.DOSSIERS, _("Nächste Zeile der Liste")),
    "row_previous": Key("k", Place.DOSSIERS, _("Vorherige Zeile der Liste")),
    "row_open": Key("Enter", Place.DOSSIERS, _("Gewählte Zeile öffnen")),
    "dossier_close": Key("z", Place.DOSSIERS, _("Akte abschließen (z. d. A.)")),
    "case_new": Key("n", Place.DOSSIERS, _("Neuer Vorgang in dieser Akte")),
    "party_new": Key("b", Place.DOSSIERS, _("Beteiligte in diese Akte aufnehmen")),
    "plan_search": Key("f", Place.PLAN, _("Im Aktenplan suchen")),
    "plan_back": Key("u", Place.PLAN, _("Zurück zum Baum oder zur Liste")),
    "plan_change": Key("e", Place.PLAN, _("Eintrag ändern, Akte beschreiben")),
    "item_next": Key("j,ArrowDown", Place.INBOX, _("Nächster Eingang")),
    "item_previous": Key("k,ArrowUp", Place.INBOX, _("Vorheriger Eingang")),
    "item_open": Key("Enter", Place.INBOX, _("Dokument des Eingangs öffnen")),
    "item_pick": Key("x", Place.INBOX, _("Eingang auswählen oder nicht mehr auswählen")),
    "item_settle": Key("e", Place.INBOX, _("Ausgewählte Eingänge, sonst diesen, als erledigt abhaken")),
    "item_file": Key("l", Place.INBOX, _("Ausgewählte Eingänge, sonst diesen, in eine Akte ablegen")),
    "item_retry": Key("r", Place.INBOX, _("Diesen Eingang noch einmal versuchen")),
    "item_undo": Key("z", Place.INBOX, _("Das Abhaken von eben rückgängig machen")),
}


def keys_by_place() -> list[tuple[Promise, list[Key]]]:
    return [(place.value, [key for key in KEYS.values() if key.place is place]) for place in Place]
