"""Patterns that administrators write. RE2 takes time in proportion to the text, whatever the pattern: none hangs."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2
from django.utils.translation import gettext as _

LONGEST_PATTERN = 200
_MEMORY = 1 << 20


class UnusablePattern(ValueError):
    """The message is for people."""


def check_pattern(pattern: str) -> None:
    """Raises UnusablePattern."""
    if len(pattern) > LONGEST_PATTERN:
        raise UnusablePattern(_("Ein Muster hat höchstens {most} Zeichen.").format(most=LONGEST_PATTERN))
    try:
        _compiled(pattern)
    except re2.error as error:
        cause = error.args[0].decode(errors="replace") if error.args else ""
        sentence = _("Das ist kein Muster, das hier gilt ({cause}). Beispiel: [A-Z]{{2}}-[0-9]{{4}}")
        raise UnusablePattern(sentence.format(cause=cause)) from error


def fits_pattern(pattern: str, text: str) -> bool:
    """The whole text, not a part of it. `pattern` was checked."""
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=500)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    return re2.compile(pattern, options)
