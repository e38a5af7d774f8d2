"""Settings about people who log in elsewhere, as they are read from the environment."""

from __future__ import annotations

import json

from django.core.exceptions import ImproperlyConfigured


def group_map(name: str, text: str) -> dict[str, list[str | int]]:
    """Which of our units and groups (by name or number) stand for a group there, from the JSON of the setting `name`.

    `{"ewo": "Bürgerbüro", "bauamt": ["Bauamt", 12]}`. Empty text: none. Raises ImproperlyConfigured.
    """
    if not text.strip():
        return {}
    try:
        found = json.loads(text)
        return {str(group): _bodies(bodies) for group, bodies in found.items()}
    except (ValueError, AttributeError, TypeError):
        raise ImproperlyConfigured(
            f'{name} has to be JSON like {{"group there": "unit or group here", "another": ["Bauamt", 12]}}.'
        ) from None


def _bodies(value: object) -> list[str | int]:
    bodies: list[object] = value if isinstance(value, list) else [value]
    known = [body for body in bodies if isinstance(body, str | int) and not isinstance(body, bool)]
    if len(known) < len(bodies):
        raise TypeError
    return known
