"""`python -m ingest.samples FOLDER` writes the sample mail to a folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ingest.samples.mailbag import SEED, write_sample_mail


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m ingest.samples", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    letters = write_sample_mail(chosen.folder, seed=chosen.seed)
    pages = sum(len(letter.pages) for letter in letters)
    sys.stdout.write(f"{len(letters)} files, {pages} pages in {chosen.folder}\n")


if __name__ == "__main__":
    main()
