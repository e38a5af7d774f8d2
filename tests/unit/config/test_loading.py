"""What a web process loads before it is asked anything: tried in a process of its own, as gunicorn's is."""

import json
import subprocess
import sys

LOOKS = """
import gc, json
import config.wsgi
from django.template import engines
from django.urls import resolve
aside = gc.get_freeze_count()
gc.collect()
loader = engines["django"].engine.template_loaders[0]
print(json.dumps({"aside": aside, "seen": len(gc.get_objects()), "templates": len(loader.get_template_cache)}))
"""


def test_everything_is_loaded_and_set_aside_before_the_first_request() -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", LOOKS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["templates"] > 100
    assert found["aside"] > 100_000
    assert found["seen"] < found["aside"] / 20, "collecting garbage looks at what is new alone"
