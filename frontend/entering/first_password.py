"""Tells the owner of an account by whose link its first password was chosen, and when: whoever else used it shows."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import actor_in_words
from dms.accounts.models import SetupLink


def setup_in_words(link: SetupLink | None) -> str:
    """Empty for an account that came another way."""
    if link is None or link.used_at is None:
        return ""
    sentence = _(
        "Ihr Kennwort wurde am {when} Uhr mit dem Link gewählt, den {who} ausgestellt hat. Waren Sie das nicht selbst,"
        " sagen Sie es bitte sofort Ihrem IT-Betrieb."
    )
    return sentence.format(
        when=f"{timezone.localtime(link.used_at):%d.%m.%Y, %H:%M}", who=actor_in_words(link.issued_by)
    )
