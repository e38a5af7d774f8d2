"""Measures on private servers that are thrown away: `python -m tests.performance.search_quality [--help]`."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time

import django

from tests.servers import Servers
from tests.shared_data import DATA


def main() -> int:
    arguments = _arguments()
    folder = DATA / "search"
    if not folder.is_dir():
        print(f"skipped: the material is not at {folder} (set REGISTRATUR_TEST_DATA)")
        return 0
    servers = Servers(os.environ)
    os.environ.update(servers.environment())
    try:
        servers.start()
        django.setup()
        _measure(arguments, servers)
    finally:
        servers.stop()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=0, help="a sample of so many (0: all 28,998)")
    parser.add_argument("--questions", type=int, default=300, help="at most so many per task")
    parser.add_argument("--damage", type=float, nargs="*", default=[0.02, 0.08], help="shares of misread signs")
    parser.add_argument("--adapter", choices=["postgres", "elastic"], default="postgres")
    parser.add_argument("--only", nargs="*", help="names of tasks")
    return parser.parse_args()


def _measure(arguments: argparse.Namespace, servers: Servers) -> None:
    from django.db import connections

    from config.search import POSTGRES
    from dms.adapters.chosen import build_adapter
    from tests.database import test_database
    from tests.elastic import search_index_settings, wiped
    from tests.performance.search_quality.material import load_all, sample
    from tests.performance.search_quality.measure import measure

    material = load_all(DATA / "search")
    if arguments.documents:
        material = sample(material, arguments.documents, arguments.questions)

    def settle() -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE search_entry, search_page")
        print(f"{time.monotonic() - begun:7.0f} s  filled", flush=True)

    options = {"most": arguments.questions, "rates": arguments.damage, "only": arguments.only or ()}
    choice = {"adapter": POSTGRES}
    index_of_this_run: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
    if arguments.adapter == "elastic":
        choice = search_index_settings(servers.elasticsearch(), f"quality-{os.getpid()}")
        index_of_this_run = wiped(choice)
    with test_database(), index_of_this_run:
        begun = time.monotonic()
        for score in measure(lambda: build_adapter(choice), material, **options, settle=settle):
            print(f"{time.monotonic() - begun:7.0f} s  {score.line()}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
