"""How the search is doing: whether it answers, and how much of what changed it does not know yet."""

from __future__ import annotations

import logging

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dms.health import Condition, Grade, Part
from search.indexer import pending
from search.ports import IndexMissing, SearchIndex, SearchUnavailable

log = logging.getLogger(__name__)
USUAL_BACKLOG = 50
"""So many changed documents are on their way at any moment of a busy morning."""


def search_condition(index: SearchIndex) -> Condition:
    """Raises DatabaseError when the database that holds the backlog is away."""
    try:
        index.ping()
    except IndexMissing:
        return Condition(
            Part.SEARCH,
            Grade.AWAY,
            _("Es gibt noch keinen Suchindex; er wird von selbst aus den Dokumenten aufgebaut. Alles andere geht."),
            _("Abwarten. Dauert es ohne erkennbaren Grund: ./manage.py search rebuild"),
        )
    except SearchUnavailable as error:
        log.warning("the search index does not answer: %s", error)
        return Condition(
            Part.SEARCH,
            Grade.AWAY,
            _("Die Suche antwortet nicht; alles andere geht. Was inzwischen eingeht, wird danach von selbst gefunden."),
            _("Den Suchdienst starten. Fehlt der Index ganz: ./manage.py search rebuild"),
        )
    waiting = pending()
    if waiting:
        sentence = ngettext(
            "Die Suche antwortet; %(count)d Änderung ist noch nicht im Index.",
            "Die Suche antwortet; %(count)d Änderungen sind noch nicht im Index.",
            waiting,
        ) % {"count": waiting}
        return Condition(Part.SEARCH, Grade.BUSY if waiting > USUAL_BACKLOG else Grade.WELL, sentence)
    return Condition(Part.SEARCH, Grade.WELL, _("Die Suche antwortet und ist auf dem Stand."))
