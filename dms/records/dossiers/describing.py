"""What people write about a dossier or a case: one shape, checked in one place."""

from __future__ import annotations

from typing import TypedDict

from django.utils.translation import gettext as _

from dms.records.documents.facts import InvalidFact, one_line
from dms.records.dossiers.models import Medium
from dms.records.fields.filling import Entered
from dms.records.fields.models import DossierKind

LONGEST_TITLE = 300
LONGEST_DESCRIPTION = 4000
LONGEST_LOCATION = 200


class CaseFacts(TypedDict, total=False):
    """Only what is to change."""

    title: str
    description: str


class DossierFacts(CaseFacts, total=False):
    medium: str
    location: str
    kind: DossierKind | None
    """Of a new dossier, where it is left out: the kind that its plan entry names."""
    fields: Entered


def clean_case(facts: CaseFacts) -> CaseFacts:
    """As it is stored. Raises InvalidFact."""
    clean = CaseFacts()
    if "title" in facts:
        clean["title"] = one_line("title", facts["title"], LONGEST_TITLE)
        if not clean["title"]:
            raise InvalidFact("title", _("Ein Betreff muss angegeben werden."))
    if "description" in facts:
        if len(facts["description"]) > LONGEST_DESCRIPTION:
            sentence = _("Höchstens {most} Zeichen haben Platz; es sind {number}.")
            number = len(facts["description"])
            raise InvalidFact("description", sentence.format(most=LONGEST_DESCRIPTION, number=number))
        clean["description"] = facts["description"].strip()
    return clean


def clean_dossier(facts: DossierFacts, *, medium: str = Medium.ELECTRONIC, location: str = "") -> DossierFacts:
    """`medium` and `location` are what stands there so far. Raises InvalidFact."""
    clean = DossierFacts(**clean_case(facts))  # type: ignore[typeddict-item]
    if "medium" in facts:
        if facts["medium"] not in Medium.values:
            raise InvalidFact("medium", _("Vorgesehen sind elektronisch, zum Teil Papier und Papier."))
        clean["medium"] = facts["medium"]
    if "location" in facts:
        clean["location"] = one_line("location", facts["location"], LONGEST_LOCATION)
    if clean.get("medium", medium) == Medium.ELECTRONIC:
        if facts.get("location", "").strip():
            raise InvalidFact("location", _("Einen Standort hat nur, was wenigstens zum Teil Papier ist."))
        if location:
            clean["location"] = ""
    return clean
