"""What the search says when the product starts: whether it can take compounds apart."""

from __future__ import annotations

from typing import Any

from django.core import checks

from search.german.dictionary import DICTIONARIES


@checks.register
def dictionaries_are_installed(**kwargs: Any) -> list[checks.CheckMessage]:
    missing = [str(path) for path in DICTIONARIES if not path.is_file()]
    if not missing:
        return []
    return [
        checks.Warning(
            f"The German dictionaries {', '.join(missing)} are missing: parts of compound words are not found.",
            hint="Install wngerman and hunspell-de-de, then run `./manage.py search rebuild`.",
            id="search.W001",
        )
    ]
