"""`python -m bench [PART …]`: measures, prints a table and keeps it in bench/results.json (docs/performance.md)."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import door, footprint, objects, reading, rights, searching, text, uploads
from bench.installation import running_product
from bench.report import heading, print_lines, write_results
from bench.rounds import Measurement
from scripts.stack.elasticsearch import Elasticsearch
from scripts.stack.running import start, stop

Part = Callable[[argparse.Namespace, Path], Iterator[list[Measurement]]]


def main() -> int:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is stopped
    if arguments.alone:
        return _measure(arguments.parts[0], arguments)
    print(heading(), flush=True)
    # a process of its own for each: settings are read once, and nobody's memory spoils another's measurement
    options = ["--rounds", str(arguments.rounds), "--documents", str(arguments.documents), "--alone"]
    failed = [
        part
        for part in arguments.parts or PARTS
        if subprocess.run([sys.executable, "-m", "bench", part, *options], check=False).returncode
    ]
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar=f"PART ({', '.join(PARTS)})")
    parser.add_argument("--rounds", type=int, default=3, help="how often product and reference take turns (3)")
    parser.add_argument(
        "--documents",
        type=int,
        default=0,
        help="in the search (0: the 28,998 real ones) and in the town for rights (0: 100,000)",
    )
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure(part: str, arguments: argparse.Namespace) -> int:
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="registratur-bench-") as place:
        Path(place).chmod(0o711)  # run by root, Elasticsearch is another user and has its folder in it
        for found in PARTS[part](arguments, Path(place)):
            print_lines(found)
            write_results(found, load)
    return 0


def _reading(arguments: argparse.Namespace, place: Path) -> Iterator[list[Measurement]]:
    with running_product() as product:
        yield footprint.at_rest(product)
        yield uploads.upload_until_found(product)
        yield reading.born_digital(product, place, rounds=arguments.rounds)
        yield reading.scanned_pages(product, place, rounds=arguments.rounds)
        yield reading.long_scan(product, place, rounds=arguments.rounds)
        yield reading.a_thousand(product, place)


def _text(arguments: argparse.Namespace, place: Path) -> Iterator[list[Measurement]]:
    yield text.extraction(place, rounds=arguments.rounds)


def _objects(arguments: argparse.Namespace, place: Path) -> Iterator[list[Measurement]]:
    yield objects.in_a_folder(place, rounds=arguments.rounds)
    yield objects.in_a_bucket(place, rounds=arguments.rounds)


def _door(arguments: argparse.Namespace, place: Path) -> Iterator[list[Measurement]]:
    with running_product():
        yield door.measure(arguments.rounds)


def _rights(arguments: argparse.Namespace, place: Path) -> Iterator[list[Measurement]]:
    with running_product() as product:
        yield from rights.measure(product, arguments.rounds, arguments.documents)


def _search_in_postgres(arguments: argparse.Namespace, place: Path) -> Iterator[list[Measurement]]:
    with running_product():
        yield searching.measure("PostgreSQL", arguments.documents, arguments.rounds)


def _search_in_elasticsearch(arguments: argparse.Namespace, place: Path) -> Iterator[list[Measurement]]:
    server = Elasticsearch(place / "elasticsearch")
    start(server)
    try:
        with running_product(server.settings()):
            yield searching.measure("Elasticsearch", arguments.documents, arguments.rounds)
    finally:
        stop(server)


PARTS: dict[str, Part] = {
    "reading": _reading,
    "text": _text,
    "objects": _objects,
    "door": _door,
    "rights": _rights,
    "search-postgres": _search_in_postgres,
    "search-elasticsearch": _search_in_elasticsearch,
}

if __name__ == "__main__":
    sys.exit(main())
