"""What processes cost: CPU seconds and resident memory of a whole family, read from /proc."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Process:
    """`cpu` in seconds, with that of children that ended and were waited for."""

    pid: int
    parent: int
    cpu: float

    @property
    def program(self) -> str:
        """One word or two, as `gunicorn` or `celery worker`."""
        words = [word for word in _text(self.pid, "cmdline").replace("\0", " ").split() if word]
        if "-m" in words[:-1]:
            module = words[words.index("-m") + 1]
            return " ".join([module, *(word for word in words if word in {"worker", "beat"})])
        if "manage.py" in words:
            return " ".join(words[words.index("manage.py") : words.index("manage.py") + 2])
        return Path(words[0].rstrip(":")).name if words else ""

    @property
    def memory(self) -> float:
        """MiB of its own, with its share of what it has in common with others (proportional set size)."""
        lines = _text(self.pid, "smaps_rollup").splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def family(root: int) -> list[Process]:
    """The process and all that descend from it, now."""
    found = {process.pid: process for process in _all()}
    members, before = {root}, 0
    while len(members) > before:
        before = len(members)
        members |= {process.pid for process in found.values() if process.parent in members}
    return [found[pid] for pid in sorted(members) if pid in found]


def cpu_seconds(root: int) -> float:
    """Of the family so far."""
    return sum(process.cpu for process in family(root))


def memory_by_program(root: int) -> dict[str, float]:
    """MiB of all processes of each program together, and of everything as `all`."""
    together: dict[str, float] = {}
    for process in family(root):
        together[process.program] = together.get(process.program, 0.0) + process.memory
    return {**together, "all": sum(together.values())}


@contextmanager
def watched_memory(root: int, every: float = 1.0) -> Iterator[dict[str, float]]:
    """Filled, while the block runs, with the largest value seen of each line of `memory_by_program`."""
    largest: dict[str, float] = {}
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(every):
            for program, mebibytes in memory_by_program(root).items():
                largest[program] = max(largest.get(program, 0.0), mebibytes)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield largest
    finally:
        ended.set()
        watcher.join()


def _all() -> Iterator[Process]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (stat := _text(int(folder.name), "stat")):
            fields = stat.rpartition(")")[2].split()
            yield Process(int(folder.name), int(fields[1]), sum(int(ticks) for ticks in fields[11:15]) / TICKS)


def _text(pid: int, name: str) -> str:
    """Empty when the process has ended meanwhile, or is somebody else's."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ""
