"""What processes load before they fork: tried in one of its own, as gunicorn's and the worker's are."""

import json
import subprocess
import sys

AT_THE_PAGES = """
import gc, json
import config.wsgi
from django.template import engines
from django.urls import resolve
aside = gc.get_freeze_count()
gc.collect()
loader = engines["django"].engine.template_loaders[0]
print(json.dumps({"aside": aside, "seen": len(gc.get_objects()), "templates": len(loader.get_template_cache)}))
"""


AT_WORK = """
import gc, json
from celery.signals import worker_init
from config.celery import app
app.loader.import_default_modules()
worker_init.send(sender=None)
from search.german.compounds import _splitter
aside = gc.get_freeze_count()
gc.collect()
print(json.dumps({"aside": aside, "seen": len(gc.get_objects()), "dictionaries": _splitter.cache_info().currsize}))
"""


def test_everything_is_loaded_and_set_aside_before_the_first_request() -> None:
    found = _told(AT_THE_PAGES)
    assert found["templates"] > 100
    assert found["aside"] > 100_000
    assert found["seen"] < found["aside"] / 20, "collecting garbage looks at what is new alone"


def test_the_worker_has_its_dictionaries_before_the_pool_forks() -> None:
    found = _told(AT_WORK)
    assert found["dictionaries"] == 1
    assert found["aside"] > 100_000
    assert found["seen"] < found["aside"] / 20


def _told(program: str) -> dict[str, int]:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, int] = json.loads(done.stdout)
    return told
