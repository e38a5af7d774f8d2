"""The web process's entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from search.german.compounds import compound_parts  # noqa: E402 - needs the settings

compound_parts("Wörterbuch")  # reads the dictionaries now, not during the first search of the morning
