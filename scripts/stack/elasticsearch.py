"""A real, single Elasticsearch for development and tests: from Maven Central, on the loopback address, in one folder.

Maven Central carries the server without the modules that a full one has beside it: no scripts, no ingest, no update or
delete by query, no analysis but the simplest, no `GET /`. The product needs none of them.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import shutil
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts.run.cluster import Identity
from scripts.run.failure import SetUpError
from scripts.run.port import free_port
from scripts.stack.place import cache_folder, end_of_log, find_program

VERSION = "8.19.21"
_DIGEST = "215d5f3dbf0609a149f6218a9e47b6ae2df34ebbff3c5754e35f15a5e5393c8a"
_ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
_OLDEST_JAVA = 17
_UID_FOR_ROOT = 9200
"""Elasticsearch refuses root; a number will do, no account is needed."""
_START_SECONDS = 180

_SETTINGS = """\
cluster.name: registratur
node.name: {name}
path.data: {folder}/data
path.logs: {folder}/logs
network.host: 127.0.0.1
http.port: {port}
transport.port: 0
node.portsfile: true
discovery.type: single-node
action.auto_create_index: false
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
"""
_JVM = "-Xms{heap}\n-Xmx{heap}\n-XX:+UseG1GC\n-XX:+ExitOnOutOfMemoryError\n-Djava.io.tmpdir=${{ES_TMPDIR}}\n"
_LOGGING = """\
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""


@dataclass(frozen=True)
class Elasticsearch:
    """Keeps its port over a restart, so that its address stays the same. `heap` as Java writes it."""

    folder: Path
    heap: str = "512m"

    def create(self) -> None:
        install(cache_folder())
        for name in ("data", "logs", "conf", "tmp"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "logs" / "http.ports").unlink(missing_ok=True)
        values = {"name": self.folder.name, "folder": self.folder, "port": self.port or 0}
        (self.folder / "conf" / "elasticsearch.yml").write_text(_SETTINGS.format(**values), encoding="utf-8")
        (self.folder / "conf" / "jvm.options").write_text(_JVM.format(heap=self.heap), encoding="utf-8")
        (self.folder / "conf" / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")
        if os.getuid() == 0:
            _hand_over(self.folder)

    def command(self) -> list[str]:
        return [str(_home(cache_folder()) / "bin" / "elasticsearch")]

    def environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "ES_JAVA_HOME": str(java_home()),
            "ES_PATH_CONF": str(self.folder / "conf"),
            "ES_TMPDIR": str(self.folder / "tmp"),
        }

    def identity(self) -> Identity:
        return {"user": _UID_FOR_ROOT, "group": _UID_FOR_ROOT, "extra_groups": []} if os.getuid() == 0 else {}

    def wait(self, alive: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if not alive() or time.monotonic() > deadline:
                raise SetUpError(f"Elasticsearch in {self.folder} does not answer.\n{end_of_log(self.folder)}")
            time.sleep(0.1)
        (self.folder / "port").write_text(str(self._bound_port()), encoding="ascii")

    def choose_port(self) -> None:
        """Settles the port before the first start, for whoever must know it earlier than the server does."""
        if self.port is None:
            (self.folder / "port").write_text(str(free_port()), encoding="ascii")

    def settings(self) -> dict[str, str]:
        return {"ELASTICSEARCH_URL": f"http://127.0.0.1:{self.port}"}

    @property
    def port(self) -> int | None:
        """None before the first start, when the system chooses one."""
        try:
            return int((self.folder / "port").read_text(encoding="ascii"))
        except FileNotFoundError:
            return None

    def _bound_port(self) -> int | None:
        """What the server itself says it listens on."""
        try:
            addresses = (self.folder / "logs" / "http.ports").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        found = re.search(r":(\d+)\s*$", addresses)
        return int(found.group(1)) if found else None

    def _answers(self) -> bool:
        port = self._bound_port()
        if port is None:
            return False
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/_cluster/health?wait_for_status=yellow&timeout=5s")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()


def why_not() -> str:
    """What keeps Elasticsearch from being started here; empty when nothing does."""
    try:
        java_home()
        if not _home(cache_folder()).exists():
            find_program("mvn", "maven")
    except SetUpError as error:
        return str(error)
    return ""


def java_home() -> Path:
    """Of ES_JAVA_HOME, else of the `java` on PATH. Raises SetUpError when there is none, or an old one."""
    asked = os.environ.get("ES_JAVA_HOME")
    java = Path(asked) / "bin" / "java" if asked else Path(find_program("java", "openjdk-17-jre-headless")).resolve()
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    if version is None or int(version.group(1)) < _OLDEST_JAVA:
        raise SetUpError(f"{java} is not Java {_OLDEST_JAVA} or newer (Debian package openjdk-17-jre-headless).")
    return java.parent.parent


def install(cache: Path) -> None:
    """Fetches the server once; whoever comes second waits. Raises SetUpError."""
    if _home(cache).exists():
        return
    maven = find_program("mvn", "maven")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="elasticsearch-") as name:
        folder = Path(name)
        archive = _download(maven, folder)
        _unpack(archive, folder)
        try:
            (folder / f"elasticsearch-{VERSION}").rename(_home(cache))
        except OSError:
            if not _home(cache).exists():
                raise


def _download(maven: str, folder: Path) -> Path:
    """By Maven's own settings (mirrors, proxies); its repository of downloads is thrown away with the folder."""
    done = subprocess.run(
        [maven, "-q", "-B", _COPY, f"-Dartifact={_ARTIFACT}", f"-DoutputDirectory={folder}",
         f"-Dmaven.repo.local={folder / 'repository'}"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    archive = folder / f"elasticsearch-{VERSION}.zip"
    if done.returncode or not archive.exists():
        raise SetUpError(f"Elasticsearch {VERSION} cannot be fetched from Maven Central:\n{done.stdout[-2000:]}")
    with archive.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != _DIGEST:
            raise SetUpError(f"{_ARTIFACT} is not what it was: its SHA-256 differs. Nothing was installed.")
    return archive


def _unpack(archive: Path, folder: Path) -> None:
    """Readable by whoever the server runs as, whatever the umask; zipfile forgets what may be executed."""
    with zipfile.ZipFile(archive) as content:
        content.extractall(folder)
    for path in [folder, *(folder / f"elasticsearch-{VERSION}").rglob("*")]:
        runs = path.is_dir() or path.parent.name == "bin"
        path.chmod(0o755 if runs else 0o644)


def _home(cache: Path) -> Path:
    return cache / f"elasticsearch-{VERSION}"


def _hand_over(folder: Path) -> None:
    for path in [folder / "data", folder / "logs", folder / "conf", folder / "tmp"]:
        for inner in [path, *path.rglob("*")]:
            shutil.chown(inner, _UID_FOR_ROOT, _UID_FOR_ROOT)
    for parent in [folder, *folder.parents]:
        if not parent.stat().st_mode & 0o001:
            raise SetUpError(f"{parent} cannot be entered by the user that Elasticsearch runs as (it refuses root).")
