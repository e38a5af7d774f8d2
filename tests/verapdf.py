"""The reference validator of PDF/A (veraPDF), fetched from Maven Central once; without it tests skip visibly."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

VERSION = "1.30.2"
ARTIFACT = f"org.verapdf.apps:cli:{VERSION}"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
KEPT = Path(__file__).resolve().parents[1] / ".cache" / "verapdf" / f"cli-{VERSION}.jar"
VERDICT = re.compile(r"^(PASS|FAIL|ERROR) (.*?)(?: 2b| PDF/A Validation)?$", re.MULTILINE)


def verdicts(files: Sequence[Path]) -> dict[Path, str]:
    """PASS, FAIL or ERROR by file, for PDF/A-2b. Skips the test where there is no veraPDF."""
    told = subprocess.run(
        ["java", "-jar", str(_jar()), "--flavour", "2b", "--format", "text", *(str(file) for file in files)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    found = {Path(name): verdict for verdict, name in VERDICT.findall(told.stdout)}
    assert set(found) == set(files), told.stdout + told.stderr
    return found


def approved_at_the_end(folder: Path) -> Iterator[Path]:
    """For a fixture: tests put files into `folder`, and all of them together are validated when the last one ends,
    because a Java process for each takes longer than the tests."""
    yield folder
    if made := sorted(folder.iterdir()):
        assert {path.name: verdict for path, verdict in verdicts(made).items() if verdict != "PASS"} == {}


@cache
def _jar() -> Path:
    given = os.environ.get("VERAPDF_JAR")
    if given:
        return Path(given)
    if shutil.which("java") is None:
        pytest.skip("veraPDF: no java here (or set VERAPDF_JAR)")
    if not KEPT.is_file():
        _fetch()
    return KEPT


def _fetch() -> None:
    if shutil.which("mvn") is None:
        pytest.skip("veraPDF: no mvn here to fetch it (or set VERAPDF_JAR)")
    command = ["mvn", "-q", "-B", PLUGIN, f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={KEPT.parent}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    except subprocess.TimeoutExpired:
        pytest.skip("veraPDF: Maven Central did not answer")
    if done.returncode or not KEPT.is_file():
        pytest.skip(f"veraPDF: {ARTIFACT} cannot be had from Maven Central: {done.stdout[-200:]}")
