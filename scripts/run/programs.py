"""Which programs make up the running product, and how each is started and asked to stop."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from scripts.run.broker import Broker
from scripts.run.cluster import Cluster
from scripts.run.extra_server import ExtraServer
from scripts.run.failure import SetUpError
from scripts.run.state import State


class Group(StrEnum):
    """Groups stop one after the other, the programs of one group together."""

    SERVERS = "servers"
    PRODUCT = "product"


@dataclass(frozen=True)
class Program:
    group: Group
    name: str
    command: list[str]
    user: str | None = None
    stop_signal: str = "TERM"
    stop_seconds: int = 8
    stop_whole_group: bool = True
    """False where the main process has to tell its children itself what a stop means."""


def server_programs(cluster: Cluster | None, broker: Broker | None, extra: Mapping[str, ExtraServer]) -> list[Program]:
    """The private servers; none for what was given by URL."""
    programs = []
    if cluster:
        # INT is PostgreSQL's fast shutdown: sessions are ended, nothing needs recovery at the next start.
        programs.append(
            Program(Group.SERVERS, "postgresql", cluster.command(), cluster.run_as, "INT", 30, stop_whole_group=False)
        )
    if broker:
        programs.append(Program(Group.SERVERS, "redis", broker.command()))
    programs += [
        # by a launcher, so that no secret of it stands in the manager's configuration or in a list of processes
        Program(Group.SERVERS, name, python("scripts.stack.one", name, str(server.folder)), stop_seconds=60)
        for name, server in extra.items()
    ]
    return programs


def product_programs(state: State, port: int, workers: int, address: str = "127.0.0.1") -> list[Program]:
    from config.web import WEB_THREADS  # here alone: the package names its settings to whoever imports it

    return [
        Program(
            Group.PRODUCT,
            "web",
            python(
                *("gunicorn", "config.wsgi:application", "--preload", "--bind", f"{address}:{port}"),
                *("--worker-class", "gthread", "--workers", "2", "--threads", str(WEB_THREADS), "--timeout", "120"),
                *("--graceful-timeout", "5", "--keep-alive", "75", "--worker-tmp-dir", "/dev/shm"),
                "--no-control-socket",
            ),
            stop_whole_group=False,
        ),
        Program(
            Group.PRODUCT,
            "worker",
            # A process that has grown beyond 600 MB is replaced after its task.
            with_large_memory_pages(
                *("celery", "-A", "config", "worker", "--pool", "prefork", "--concurrency", str(workers)),
                *("--max-memory-per-child", "600000", "--loglevel", "INFO"),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ),
            stop_whole_group=False,
        ),
        Program(
            Group.PRODUCT,
            "beat",
            python(
                *("celery", "-A", "config.timer", "beat", "--loglevel", "WARNING", "--pidfile="),
                *("--schedule", str(state.folder / "beat-schedule")),
            ),
        ),
        Program(Group.PRODUCT, "watch", [*die_with_manager(), sys.executable, "manage.py", "watch"]),
    ]


def python(module: str, *arguments: str) -> list[str]:
    return [*die_with_manager(), sys.executable, "-m", module, *arguments]


def with_large_memory_pages(module: str, *arguments: str) -> list[str]:
    """As `python`. Pictures of pages are megabytes that are taken and given back in one: in memory pages of 2 MB, not
    4 kB, they cost the kernel far less (docs/performance.md). A C library that knows no such thing ignores it.
    """
    tunables = ("/usr/bin/env", "GLIBC_TUNABLES=glibc.malloc.hugetlb=1")
    return [*die_with_manager(), *tunables, sys.executable, "-m", module, *arguments]


def die_with_manager() -> list[str]:
    """Even a manager ended by kill -9 leaves nothing running that nobody watches."""
    return ["/usr/bin/setpriv", "--pdeathsig", "TERM"]


def worker_count(environment: Mapping[str, str]) -> int:
    """REGISTRATUR_WORKERS, else one per core this process may use."""
    asked = environment.get("REGISTRATUR_WORKERS", "")
    if not asked:
        return len(os.sched_getaffinity(0))
    if not asked.isdigit() or int(asked) < 1:
        raise SetUpError(f"REGISTRATUR_WORKERS={asked} is not a number of processes (1 or more).")
    return int(asked)
