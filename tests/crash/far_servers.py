"""The servers of a town as they stand on other machines: PostgreSQL, Redis, MinIO and Elasticsearch, reached by TCP."""

from __future__ import annotations

import secrets
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from scripts.run.broker import Broker
from scripts.run.cluster import DATABASE, Cluster, Passwords, identity
from scripts.run.port import free_port
from scripts.stack.elasticsearch import Elasticsearch
from scripts.stack.minio import BUCKET
from scripts.stack.running import spawn
from tests.object_server import OwnObjectServer

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class FarCluster(Cluster):
    """Listens on a port of the loopback address alone."""

    port: int

    def url(self, role: str, password: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{quote(password, safe='')}@{LOOPBACK}:{self.port}/{database}"

    def command(self) -> list[str]:
        return [*super().command(), "-c", f"listen_addresses={LOOPBACK}", "-c", f"port={self.port}"]

    def create(self) -> None:
        super().create()
        rule = "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n"
        (self.data / "pg_hba.conf").write_text(rule, encoding="ascii")


@dataclass(frozen=True)
class FarBroker(Broker):
    port: int

    def command(self) -> list[str]:
        return [*super().command(), "--port", str(self.port), "--bind", LOOPBACK]


@dataclass(frozen=True)
class FarServers:
    """Where they listen, and what the product must be told to reach them at other ports (the beginnings of lines)."""

    addresses: Mapping[str, str]
    cluster: FarCluster
    objects: OwnObjectServer | None

    def settings(self, ports: Mapping[str, int]) -> dict[str, str]:
        there = FarCluster(self.cluster.base, self.cluster.sockets, self.cluster.passwords, ports["database"])
        settings = {
            "DATABASE_URL": there.application_url,
            "DATABASE_OWNER_URL": there.owner_url,
            "BROKER_URL": f"redis://{LOOPBACK}:{ports['broker']}/0",
        }
        if self.objects:
            settings |= self.objects.server.settings()
            settings["OBJECT_STORE_URL"] = f"s3+http://{LOOPBACK}:{ports['object_store']}/{BUCKET}"
            settings["ELASTICSEARCH_URL"] = f"http://{LOOPBACK}:{ports['search']}"
        return settings


@contextmanager
def far_servers(*, full_stack: bool) -> Iterator[FarServers]:
    """PostgreSQL and Redis, and on the full stack MinIO and Elasticsearch, too. All end with the block."""
    with tempfile.TemporaryDirectory(prefix="registratur-far-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # some of the servers refuse root and run as users of their own
        with _running(folder, full_stack=full_stack) as servers:
            yield servers


@contextmanager
def _running(folder: Path, *, full_stack: bool) -> Iterator[FarServers]:
    cluster = FarCluster(
        folder / "pg", folder / "s", Passwords(*(secrets.token_hex(16) for _ in range(3))), free_port()
    )
    broker = FarBroker(folder / "redis", folder / "redis.sock", free_port())
    addresses = {"database": f"{LOOPBACK}:{cluster.port}", "broker": f"{LOOPBACK}:{broker.port}"}
    objects = None
    with ExitStack() as running:
        cluster.create()
        postgresql = running.enter_context(_program(cluster.command(), folder / "postgresql.log", cluster.run_as))
        broker.create()
        redis = running.enter_context(_program(broker.command(), folder / "redis.log", None))
        cluster.wait(lambda: postgresql.poll() is None)
        cluster.create_logins()
        broker.wait(lambda: redis.poll() is None)
        if full_stack:
            objects = OwnObjectServer(folder / "minio")
            running.callback(objects.close)
            objects.start()
            search = Elasticsearch(folder / "elasticsearch")
            running.enter_context(_search_server(search))
            addresses |= {"object_store": objects.server.address, "search": f"{LOOPBACK}:{search.port}"}
        yield FarServers(addresses, cluster, objects)


@contextmanager
def _program(command: list[str], log: Path, run_as: str | None) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", **identity(run_as)
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


@contextmanager
def _search_server(server: Elasticsearch) -> Iterator[None]:
    server.folder.mkdir(parents=True)
    server.create()
    process = spawn(server, ends_with_us=True)
    try:
        server.wait(lambda: process.poll() is None)
        yield
    finally:
        process.kill()
        process.wait()
