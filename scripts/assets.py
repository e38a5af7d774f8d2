"""Brings styles, fonts, icons and small scripts from their packages into frontend/static/vendor, by lock file.

Nothing of them is committed. NOTICES.txt beside them names each package with its licence text, as the licences ask.
Run as `python -m scripts.assets`; when nothing has changed it looks at a few files and ends.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
SOURCE = CHECKOUT / "frontend" / "assets"
PACKAGES = SOURCE / "node_modules"
TARGET = CHECKOUT / "frontend" / "static" / "vendor"
NODE_ENVIRONMENT = CHECKOUT / ".cache" / "node"
OLDEST_NODE = 20
LICENCES = {"EUPL-1.2", "MIT", "ISC", "OFL-1.1"}
"""Licences of what is served to browsers. Think before adding one: it must go with the EUPL."""

FILES = {
    "@kern-ux/native/dist/kern.min.css": "kern/kern.min.css",
    "@github/hotkey/dist/index.js": "hotkey/hotkey.js",
}
FONT, FONT_WEIGHTS, FONT_SUBSETS = "@fontsource/fira-sans", (400, 500, 600), ("latin", "latin-ext")
ICONS = "bootstrap-icons"
SHIPPED = ("@kern-ux/native", "@github/hotkey", FONT, ICONS)


def main() -> int:
    stamp = TARGET / ".digest"
    digest = source_digest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest and PACKAGES.exists():
        return 0
    print("Fetching styles, fonts and icons …", file=sys.stderr)
    fetch_packages()
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    for source, target in FILES.items():
        copy(PACKAGES / source, TARGET / target)
    write_font()
    write_sprite()
    write_notices()
    stamp.write_text(digest, encoding="ascii")
    return 0


def source_digest() -> str:
    files = [SOURCE / "package.json", SOURCE / "package-lock.json", SOURCE / "icons.txt", Path(__file__)]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def fetch_packages() -> None:
    """`npm ci`: exactly the lock file's versions, checked by their SHA-512; no package's own script is run."""
    command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run(command, cwd=SOURCE, stdin=subprocess.DEVNULL, check=False).returncode:
        sys.exit("The assets cannot be fetched. Is the npm registry reachable (npm's own settings and proxies apply)?")


def npm() -> list[str]:
    """npm of this machine when its node is new enough, else one in an environment of its own below .cache."""
    found = shutil.which("node")
    if found and shutil.which("npm"):
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
        if (major := re.match(r"v(\d+)\.", version)) and int(major[1]) >= OLDEST_NODE:
            return ["npm"]
    python = NODE_ENVIRONMENT / "bin" / "python"
    lock = CHECKOUT / "requirements" / "assets.txt"
    stamp = NODE_ENVIRONMENT / ".installed"
    wanted = hashlib.sha256(f"{CHECKOUT}\n{lock.read_text(encoding='utf-8')}".encode()).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="ascii") != wanted:
        venv.create(NODE_ENVIRONMENT, clear=True, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "--no-input", "-r", str(lock)]
        if subprocess.run(
            [*install, "--disable-pip-version-check", "--root-user-action=ignore"], check=False
        ).returncode:
            sys.exit("Node cannot be installed. Is the package index reachable (pip's own settings and proxies apply)?")
        stamp.write_text(wanted, encoding="ascii")
    bin_folder = NODE_ENVIRONMENT / "bin"
    return ["/usr/bin/env", f"PATH={bin_folder}:/usr/local/bin:/usr/bin:/bin", str(bin_folder / "npm")]


def write_font() -> None:
    """One style sheet with the weights and letters we use; browsers older than WOFF2 fall back to a system font."""
    rules = []
    for weight in FONT_WEIGHTS:
        sheet = (PACKAGES / FONT / f"{weight}.css").read_text(encoding="utf-8")
        for subset in FONT_SUBSETS:
            name = f"fira-sans-{subset}-{weight}-normal"
            rule = re.search(rf"/\* {name} \*/\s*(@font-face \{{.*?\}})", sheet, re.DOTALL)
            if not rule:
                sys.exit(f"{FONT} has no rule {name} any more; scripts/assets.py must be adapted.")
            rules.append(re.sub(r", url\([^)]*\.woff\) format\('woff'\)", "", rule[1]))
            copy(PACKAGES / FONT / "files" / f"{name}.woff2", TARGET / "fira-sans" / "files" / f"{name}.woff2")
    (TARGET / "fira-sans" / "fira-sans.css").write_text("\n".join(rules) + "\n", encoding="utf-8")


def icon_names() -> list[str]:
    lines = (SOURCE / "icons.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def write_sprite() -> None:
    symbols = []
    for name in icon_names():
        drawing = (PACKAGES / ICONS / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        shape = re.search(r'viewBox="([^"]+)">(.*)</svg>', drawing, re.DOTALL)
        if not shape:
            sys.exit(f"The icon {name} has an unknown form; scripts/assets.py must be adapted.")
        symbols.append(f'<symbol id="{name}" viewBox="{shape[1]}">{shape[2].strip()}</symbol>')
    sprite = '<svg xmlns="http://www.w3.org/2000/svg" fill="currentColor">\n' + "\n".join(symbols) + "\n</svg>\n"
    (TARGET / "icons.svg").write_text(sprite, encoding="utf-8")


def write_notices() -> None:
    """Ends with a message when a package came under a licence that is not on the list."""
    parts = ["Parts of others in this folder, with their licences.\n"]
    for package in SHIPPED:
        about = json.loads((PACKAGES / package / "package.json").read_text(encoding="utf-8"))
        if about.get("license") not in LICENCES:
            sys.exit(f"{package} is under {about.get('license')}, which is not on the list in scripts/assets.py.")
        text = next((PACKAGES / package).glob("LICEN[SC]E*"), None)
        if text is None:
            sys.exit(f"{package} comes without the text of its licence.")
        head = f"{package} {about['version']} ({about['license']})"
        parts.append(f"{head}\n{'-' * len(head)}\n{text.read_text(encoding='utf-8').strip()}\n")
    (TARGET / "NOTICES.txt").write_text("\n\n".join(parts), encoding="utf-8")


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


if __name__ == "__main__":
    sys.exit(main())
