"""What the search says when the product starts: whether it can take compounds apart."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning, register

from search.german.compounds import DICTIONARIES


@register
def dictionaries_are_installed(**kwargs: Any) -> list[CheckMessage]:
    missing = [str(path) for path in DICTIONARIES if not path.is_file()]
    if not missing:
        return []
    return [
        Warning(
            f"The German dictionaries {', '.join(missing)} are missing: parts of compound words are not found.",
            hint="Install wngerman and hunspell-de-de, then run `./manage.py search rebuild`.",
            id="search.W001",
        )
    ]
