"""The web process's entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
pages = get_wsgi_application()

from config.loading import load_for_pages  # noqa: E402 - needs the settings
from config.room import RoomForProbes  # noqa: E402
from config.web import WEB_THREADS  # noqa: E402

application = RoomForProbes(pages, most=WEB_THREADS - 1)
load_for_pages()
