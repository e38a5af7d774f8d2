"""A service is asked to do what a form says; where it refuses, the form says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from dms.access.models import Grant, Membership
from dms.access.rule import NotAllowed
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from ingest.intake import KeyUsedForOtherBytes

REFUSED = (NotAllowed, NotPossible, InvalidFact, KeyUsedForOtherBytes)
"""By a service that makes a version or a document of what is there."""


def refusal_in_words(refusal: Exception) -> str:
    """Of one of `REFUSED`."""
    match refusal:
        case NotAllowed():
            return _("Dafür fehlt Ihnen das Recht.")
        case KeyUsedForOtherBytes():
            return _("Dieses Formular wurde schon abgeschickt. Bitte die Seite neu laden.")
    return str(refusal)


def taken(form: Any, service: Callable[[], object]) -> Any:
    """What the service gives; None when it refused."""
    try:
        return service()
    except InvalidFact as error:
        form.refuse(error)
    except NotPossible as refusal:
        form.add_error(None, str(refusal))
    except NotAllowed:
        form.add_error(None, _("Dazu haben Sie kein Recht."))
    except (Grant.DoesNotExist, Membership.DoesNotExist):
        form.add_error(None, _("Das wurde inzwischen zurückgenommen."))
    return None
