"""What processes load before they fork, so that nobody waits for it in the middle of the morning.

All of it stays for good and is set aside: else Python looks through it again and again for what could be given back,
a tenth of a second in the middle of somebody's request. It also stands in memory once.
"""

from __future__ import annotations

import gc
from pathlib import Path

from django.apps import apps
from django.template.loader import get_template
from django.urls import get_resolver

from search.german.compounds import compound_parts

OURS = "frontend"


def load_for_pages() -> None:
    """Addresses with their pages, templates, dictionaries."""
    get_resolver().url_patterns  # noqa: B018 - imports every page
    _templates()
    compound_parts("Wörterbuch")
    _set_aside()


def load_for_work() -> None:
    """The tasks are there already; the dictionaries that the first letter of the morning would wait for are not."""
    compound_parts("Wörterbuch")
    _set_aside()


def _set_aside() -> None:
    gc.collect()
    gc.freeze()


def _templates() -> None:
    folder = Path(apps.get_app_config(OURS).path) / "templates"
    for file in folder.rglob("*.*"):
        get_template(str(file.relative_to(folder)))
