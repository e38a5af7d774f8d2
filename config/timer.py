"""Beat's entry point: `celery -A config.timer beat`. It calls tasks by name, so it loads none of them."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("registratur")
app.config_from_object("django.conf:settings", namespace="CELERY")
