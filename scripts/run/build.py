"""What can be made ahead of any installation: translations and static files. A container image carries both."""

from __future__ import annotations

from pathlib import Path

import django
from django.conf import settings

from scripts.run.messages import compile_messages
from scripts.run.prepare import collect_static


def build() -> None:
    """Needs no server; a later start finds all done and writes nothing."""
    compile_messages()
    django.setup()
    collect_static(Path(settings.STATIC_ROOT))


if __name__ == "__main__":
    build()
