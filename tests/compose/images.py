"""Images for a machine that reaches no registry of images: a Debian base by debootstrap, and on it stand-ins with the
names, users and entry points of the official images that docker-compose.yml asks for.

They hold the real servers, so what is tried is the project's own image, its wiring and its settings.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from scripts.stack.place import cache_folder
from tests.compose.engine import CLIENT, Engine

STAND_INS = Path(__file__).parent / "stand_ins"
BASE = "debian:12-slim"
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
INSIDE = "/opt/host-authorities.crt"
"""A path of its own, because a Dockerfile that installs ca-certificates writes the usual one anew."""
TAGS = {
    "postgres": "postgres:17",
    "redis": "redis:7",
    "caddy": "caddy:2",
    "minio": "minio/minio",
    "elasticsearch": "elasticsearch:8.19.4",
    "clamav": "clamav/clamav:1.4",
}


def build_images(engine: Engine, programs: dict[str, Path]) -> None:
    """`programs`: files or folders that Debian does not have, copied into the stand-in of that name."""
    if not _has(engine, BASE):
        _build_base(engine)
    for name, tag in TAGS.items():
        with tempfile.TemporaryDirectory() as context:
            shutil.copytree(STAND_INS, context, dirs_exist_ok=True)
            if name in programs:
                copy = shutil.copytree if programs[name].is_dir() else shutil.copy
                copy(programs[name], Path(context) / "program")
            engine.run(CLIENT, "build", "-q", "-t", tag, "-f", f"{context}/{name}.Dockerfile", context)


def _build_base(engine: Engine) -> None:
    with tempfile.TemporaryDirectory(dir=cache_folder()) as name:
        folder = Path(name)
        root = folder / "root"
        engine.run("debootstrap", "--variant=minbase", "bookworm", root)
        (root / "etc/resolv.conf").write_text("")
        subprocess.run(["tar", "-C", root, "--exclude=./dev/*", "--exclude=./proc/*", "--exclude=./sys/*", "-cf",
                        folder / "root.tar", "."], check=True)  # fmt: skip
        engine.run(CLIENT, "import", "-c", 'CMD ["bash"]', folder / "root.tar", "debian-plain")
        context = folder / "context"
        context.mkdir()
        shutil.copyfile(AUTHORITIES, context / "authorities.crt")
        (context / "pip.conf").write_text(f"[global]\ncert = {INSIDE}\n")
        (context / "Dockerfile").write_text(
            f"FROM debian-plain\nCOPY authorities.crt {INSIDE}\nCOPY pip.conf /etc/pip.conf\n"
            f"ENV NODE_EXTRA_CA_CERTS={INSIDE}\n"
        )
        engine.run(CLIENT, "build", "-q", "-t", BASE, context)


def _has(engine: Engine, tag: str) -> bool:
    return bool(engine.run(CLIENT, "images", "-q", tag).strip())
