"""Runs one piece of document work in a process of its own, under limits that the operating system enforces.

A file from outside may ask for any amount of memory, loop for ever or crash a C library; here it costs a child process
and never the worker. The child is a plain fork: a Celery worker's process is daemonic and may not use multiprocessing,
and the libraries that are already loaded need not be loaded again.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import faulthandler
import gc
import math
import os
import pickle
import resource
import select
import signal
import struct
import time
import traceback
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn, Self, TypeVar, cast

from ingest.reading.limits import Limits

T = TypeVar("T")
Answer = tuple[bytes, bytearray]
"""Its kind, and a pickle."""

MEBIBYTE = 1024 * 1024
LARGEST_FILE = 1024 * MEBIBYTE
"""No single file that the work writes may be larger."""
LARGEST_ANSWER = 200 * MEBIBYTE
CHUNK = 1024 * 1024
LONGEST_WAIT = 10
"""So many times its seconds a piece of work may take on a machine that has hardly a processor for it."""
HEADER = struct.Struct("!cQ")
REQUEST, RESULT, LAST_RESULT, ERROR = b"q", b"r", b"l", b"e"
GROWN = 64 * MEBIBYTE
"""A kept child that has grown by so much gives its last answer: the next work gets all of its memory."""
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
OUT_OF_MEMORY_TRAPS = {signal.SIGTRAP, signal.SIGILL}
"""PDFium ends itself by a trap instruction when memory is refused."""
FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


class Expense(StrEnum):
    TIME = "time"
    MEMORY = "memory"
    DISK = "disk"


class TooExpensive(Exception):
    """The work asked for more than its limits allow and was stopped."""

    def __init__(self, kind: Expense) -> None:
        super().__init__(kind)
        self.kind = kind


class ChildDied(Exception):
    """The process ended without an answer: by `signal`, or by itself (`signal` None)."""

    def __init__(self, signal_number: int | None) -> None:
        super().__init__(signal_number)
        self.signal = signal.Signals(signal_number) if signal_number else None

    @property
    def from_outside(self) -> bool:
        """Somebody killed it (a person, the kernel short of memory): no fault of the document, worth a second try."""
        return self.signal in FROM_OUTSIDE


class WorkFailed(Exception):
    """Stands for an exception of the work that cannot travel between processes; the message holds its type and text."""


class KeptChild:
    """One process for all the work on one document: a fork of a worker costs as much as reading a page of text.

    It is forked when first needed, and anew after an error, after a death and when it has grown too large, so that no
    piece of work suffers from the one before. Work and arguments must pickle. Never let two documents share it.
    """

    def __init__(self) -> None:
        self._child: _Served | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self.end()

    def run(self, function: Callable[..., T], *args: Any, limits: Limits) -> T:
        """As `run_limited`, but for one thing: processes that the work leaves behind live until the child's end."""
        child, self._child = self._child or _Served(limits), None
        answer, status = None, 0
        try:
            answer = child.ask(function, args, limits)
        finally:
            if answer is not None and answer[0] == RESULT:
                self._child = child
            else:
                status = child.end(patience=5.0 if answer is None else 0.0)
        return cast("T", _judge(answer, status))

    def end(self) -> None:
        """All processes that its work started are gone when this returns."""
        if self._child is not None:
            self._child.end(patience=0.0)
        self._child = None


def run_limited(function: Callable[..., T], *args: Any, limits: Limits) -> T:
    """`function(*args)` in a child process; its result must pickle, and is held in memory twice for a moment.

    Exceptions of the function come through (as WorkFailed when they do not pickle). Raises TooExpensive and ChildDied.
    All processes that the work started are gone when this returns. Programs that it starts have the same limits.
    """
    parent = os.getpid()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _live_and_die(function, args, limits, parent, writer)
    os.close(writer)
    patience = 0.0
    status = 0
    try:
        answer = _receive(reader, _Deadline(child, limits.seconds))
        patience = 5.0 if answer is None else 0.0
    finally:
        os.close(reader)
        status = _end(child, patience=patience)
    return cast("T", _judge(answer, status))


# --- the parent's side ----------------------------------------------------------------------------


class _Served:
    """The parent's end of a kept child."""

    def __init__(self, limits: Limits) -> None:
        parent = os.getpid()
        asked, self._asking = os.pipe()
        self._answers, answering = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._asking)
            os.close(self._answers)
            _serve(limits, parent, asked, answering)
        os.close(asked)
        os.close(answering)

    def ask(
        self, function: Callable[..., Any], args: tuple[Any, ...], limits: Limits
    ) -> tuple[bytes, bytearray] | None:
        body = pickle.dumps((function, args, limits), pickle.HIGHEST_PROTOCOL)
        with contextlib.suppress(BrokenPipeError):  # it has died; that it does not answer says so
            _send(self._asking, REQUEST, body)
        return _receive(self._answers, _Deadline(self._pid, limits.seconds))

    def end(self, *, patience: float) -> int:
        os.close(self._asking)
        os.close(self._answers)
        return _end(self._pid, patience=patience)


class _Deadline:
    """When the child has had its time. What its processes waited for a processor is given back to them: a busy machine
    makes no document expensive. `limits.seconds` bound the processor time in any case."""

    def __init__(self, child: int, seconds: int) -> None:
        self._child, self._seconds, self._begun = child, seconds, time.monotonic()

    def left(self) -> float:
        """Seconds; none left: 0 or less."""
        passed = time.monotonic() - self._begun
        if passed < self._seconds:
            return self._seconds - passed
        return min(self._seconds + _waited_for_processor(self._child), self._seconds * LONGEST_WAIT) - passed


def _receive(reader: int, deadline: _Deadline) -> Answer | None:
    """Kind and pickle of the answer, or None when the child ended without one. Raises TooExpensive(time)."""
    header = _read(reader, HEADER.size, deadline)
    if header is None:
        return None
    kind, length = HEADER.unpack(header)
    if length > LARGEST_ANSWER:
        raise TooExpensive(Expense.MEMORY)
    body = _read(reader, length, deadline)
    return None if body is None else (kind, body)


def _read(reader: int, length: int, deadline: _Deadline) -> bytearray | None:
    taken = bytearray()
    poll = select.poll()  # select() fails on descriptors above 1023
    poll.register(reader, select.POLLIN)
    while len(taken) < length:
        left = deadline.left()
        if left <= 0:
            raise TooExpensive(Expense.TIME)
        if not poll.poll(left * 1000):
            continue
        chunk = os.read(reader, min(CHUNK, length - len(taken)))
        if not chunk:
            return None
        taken += chunk
    return taken


def _waited_for_processor(group: int) -> float:
    """Seconds that the processes of the group, as far as they live, were ready to run and did not."""
    nanoseconds = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):  # it has ended; a kernel without schedstat
                if os.getpgid(int(folder.name)) == group:
                    nanoseconds += int((folder / "schedstat").read_text(encoding="ascii").split()[1])
    return nanoseconds / 1e9


def _end(child: int, *, patience: float) -> int:
    """Kills what is left of the child's group and reaps the child: no process and no zombie stays, whatever happened.

    `patience`: seconds that it may still take to end by itself, so that its own end is told and not ours.
    """
    until = time.monotonic() + patience
    while not _has_ended(child) and time.monotonic() < until:
        time.sleep(0.002)
    # The group goes before the child is reaped: until then its number cannot belong to anybody else.
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(child, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):  # the process ignores SIGCHLD: the kernel has reaped the child
        return os.waitpid(child, 0)[1]
    return 0


def _has_ended(child: int) -> bool:
    try:
        return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _judge(answer: Answer | None, status: int) -> Any:
    if answer is None:
        raise _end_of_child(status)
    kind, body = answer
    result = pickle.loads(body)  # noqa: S301 — from our own child, which runs our own code
    if kind == ERROR:
        raise result
    return result


def _end_of_child(status: int) -> TooExpensive | ChildDied:
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    if number == signal.SIGXCPU:
        return TooExpensive(Expense.TIME)
    if number == signal.SIGXFSZ:
        return TooExpensive(Expense.DISK)
    if number in OUT_OF_MEMORY_TRAPS:
        return TooExpensive(Expense.MEMORY)
    return ChildDied(number)


# --- the child's side -----------------------------------------------------------------------------


def _live_and_die(
    function: Callable[..., Any], args: tuple[Any, ...], limits: Limits, parent: int, writer: int
) -> NoReturn:
    """Never returns and never unwinds: no handler, finalizer or connection of the parent is touched from here."""
    try:
        _cut_loose(parent)
        _set_limits(limits)
        kind, body = _work(function, args)
        _send(writer, kind, body)
    finally:
        os._exit(0)


def _serve(limits: Limits, parent: int, asked: int, answering: int) -> NoReturn:
    """As `_live_and_die`, for one piece of work after the other until the parent asks no more."""
    try:
        _cut_loose(parent)
        bound, _hard = resource.getrlimit(resource.RLIMIT_CPU)
        _set_limits(limits)
        born, kind = _data_size(), RESULT
        while kind == RESULT and (request := _take(asked)):
            function, args, limits = pickle.loads(request)  # noqa: S301 — from our own parent
            _give_time(limits.seconds, bound)
            kind, body = _work(function, args)
            if kind == RESULT and _data_size() - born > GROWN:
                kind = LAST_RESULT
            _send(answering, kind, body)
    finally:
        os._exit(0)


def _take(asked: int) -> bytes:
    """The next request; empty when the parent has closed its end or died."""
    with open(asked, "rb", closefd=False) as stream:
        header = stream.read(HEADER.size)
        return stream.read(HEADER.unpack(header)[1]) if len(header) == HEADER.size else b""


def _give_time(seconds: int, bound: int) -> None:
    """Processor time counts from the birth of the process, so each piece of work gets its own on top."""
    until = math.ceil(time.process_time()) + seconds
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (until if bound == resource.RLIM_INFINITY else min(until, bound), hard))


def _cut_loose(parent: int) -> None:
    gc.freeze()  # what the parent owns (database connections) is never collected here
    faulthandler.disable()  # a crash here is an answer, not news for the terminal
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        if callable(signal.getsignal(number)) and number != signal.SIGINT:
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to judge
    os.setsid()
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os._exit(0)


def _set_limits(limits: Limits) -> None:
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, LARGEST_FILE)
    _limit(resource.RLIMIT_CPU, limits.seconds)
    # Not RLIMIT_AS: numpy's address space is gigabytes that nobody uses.
    _limit(resource.RLIMIT_DATA, _data_size() + limits.memory_mb * MEBIBYTE)


def _limit(what: int, value: int) -> None:
    """A lower limit that is already set stays: limited work inside limited work gets no more room."""
    soft, hard = resource.getrlimit(what)
    room = value if soft == resource.RLIM_INFINITY else min(value, soft)
    resource.setrlimit(what, (room, hard))


def _data_size() -> int:
    """Bytes that count against RLIMIT_DATA now (proc(5), VmData)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0


def _work(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[bytes, bytes]:
    try:
        return RESULT, pickle.dumps(function(*args), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return ERROR, pickle.dumps(TooExpensive(Expense.MEMORY))
    except OSError as error:
        if error.errno == errno.ENOMEM:
            return ERROR, pickle.dumps(TooExpensive(Expense.MEMORY))
        if error.errno == errno.EFBIG:
            return ERROR, pickle.dumps(TooExpensive(Expense.DISK))
        return ERROR, _pickled_error(error)
    except BaseException as error:  # noqa: BLE001 — carried to the parent, where it is raised again: nothing is swallowed
        return ERROR, _pickled_error(error)


def _pickled_error(error: BaseException) -> bytes:
    error.add_note("In the limited process:\n" + "".join(traceback.format_exception(error)))
    try:
        body = pickle.dumps(error)
        pickle.loads(body)  # noqa: S301 — some exceptions pickle and cannot be built again
    except (pickle.PicklingError, TypeError, AttributeError, ValueError):
        return pickle.dumps(WorkFailed(f"{type(error).__module__}.{type(error).__qualname__}: {error}"))
    return body


def _send(writer: int, kind: bytes, body: bytes) -> None:
    for part in (HEADER.pack(kind, len(body)), body):
        view = memoryview(part)
        while view:
            view = view[os.write(writer, view) :]
