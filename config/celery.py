"""The worker's and beat's entry point: `celery -A config`."""

from __future__ import annotations

import ctypes
import os
import signal
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_process_init

PR_SET_PDEATHSIG = 1

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("registratur")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def clear_up_after_killed_workers(**kwargs: Any) -> None:
    """Pages of letters lay in the scratch folders of what was killed."""
    from ingest.work.scratch import forget_dead_scratch

    forget_dead_scratch()


@worker_init.connect
def load_before_the_pool_forks(**kwargs: Any) -> None:
    from config.loading import load_for_work

    load_for_work()


@worker_process_init.connect
def end_with_the_worker(**kwargs: Any) -> None:
    """A pool process whose main process was killed would work on unseen, beside the ones that take its place."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
