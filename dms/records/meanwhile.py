"""Finds out whether somebody was faster: a digest of a record as it was looked at, compared under the row's lock."""

from __future__ import annotations

import hashlib
import json

from django.db import models
from django.utils.translation import gettext as _

from dms.audit.door import audited_values
from dms.audit.lifecycle import NotPossible


class ChangedMeanwhile(NotPossible):
    """Somebody else changed the record after it was looked at."""

    code = "changed_meanwhile"

    def __init__(self, sentence: str = "") -> None:
        super().__init__(
            sentence or _("Das Dokument wurde inzwischen geändert. Bitte neu laden und noch einmal prüfen.")
        )


def state_digest(record: models.Model) -> str:
    """Changes with every change of the record itself."""
    return hashlib.sha256(json.dumps(audited_values(record), sort_keys=True).encode()).hexdigest()[:32]


def refuse_if_changed(record: models.Model, expected: str | None, sentence: str = "") -> None:
    """Compares what is stored: inside the door the row is locked, and its state already that of the verb.

    Raises ChangedMeanwhile.
    """
    if expected is not None and expected != state_digest(models.QuerySet(type(record)).get(pk=record.pk)):
        raise ChangedMeanwhile(sentence)
