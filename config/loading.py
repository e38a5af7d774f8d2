"""What a web process loads before its first request, so that nobody waits for it in the middle of the morning."""

from __future__ import annotations

import gc
from pathlib import Path

from django.apps import apps
from django.template.loader import get_template
from django.urls import get_resolver

from search.german.compounds import compound_parts

OURS = "frontend"


def load_all() -> None:
    """Addresses with their pages, templates, dictionaries. All of it stays for good and is set aside: else Python looks
    through it again and again for what could be given back, a tenth of a second in the middle of somebody's request.
    Done before the web processes fork, it also stands in memory once."""
    get_resolver().url_patterns  # noqa: B018 - imports every page
    _templates()
    compound_parts("Wörterbuch")
    gc.collect()
    gc.freeze()


def _templates() -> None:
    folder = Path(apps.get_app_config(OURS).path) / "templates"
    for file in folder.rglob("*.*"):
        get_template(str(file.relative_to(folder)))
