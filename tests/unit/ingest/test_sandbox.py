"""What a document may cost: the limits hold, the worker lives, and nothing is left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.reading.limits import Limits
from ingest.reading.sandbox import ChildDied, Expense, KeptChild, TooExpensive, WorkFailed, run_limited

SMALL = Limits(memory_mb=100, seconds=5)
SHORT = Limits(memory_mb=100, seconds=1)
KEPT: list[bytearray] = []


def double(number: int) -> int:
    return number * 2


def take_memory(mebibytes: int) -> int:
    return len(bytearray(mebibytes * 1024 * 1024))


def take_memory_in_a_program() -> int:
    return subprocess.run(
        [sys.executable, "-c", "bytearray(2000 * 1024 * 1024)"], stderr=subprocess.DEVNULL, check=False
    ).returncode


def burn() -> None:
    while True:
        pass


def burn_for(seconds: float) -> float:
    while time.process_time() < seconds:
        pass
    return seconds


def crash() -> None:
    ctypes.string_at(0)


def burn_more(seconds: float) -> int:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return os.getpid()


def own_number() -> int:
    return os.getpid()


def keep_memory(mebibytes: int) -> int:
    KEPT.append(bytearray(b"x") * (mebibytes * 1024 * 1024))
    return os.getpid()


def fail_without_pickling() -> None:
    class LocalError(Exception):
        pass

    raise LocalError("cannot travel")


def write_too_much(folder: Path) -> None:
    with (folder / "large").open("wb") as file:
        file.truncate(2 * 1024**3)


def leave_a_program_running(pid_file: Path) -> None:
    pid_file.write_text(str(subprocess.Popen(["sleep", "60"]).pid))
    time.sleep(60)


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_the_answer_comes_back() -> None:
    assert run_limited(double, 21, limits=SMALL) == 42


def test_a_large_answer_comes_back_whole() -> None:
    answer = run_limited(os.urandom, 50 * 1024 * 1024, limits=Limits(memory_mb=300, seconds=20))
    assert len(answer) == 50 * 1024 * 1024


def test_an_answer_without_bounds_is_refused() -> None:
    with pytest.raises(TooExpensive) as stopped:
        run_limited(bytes, 210 * 1024 * 1024, limits=Limits(memory_mb=600, seconds=20))
    assert stopped.value.kind is Expense.MEMORY


def test_memory_up_to_the_limit_is_given() -> None:
    assert run_limited(take_memory, 60, limits=SMALL) == 60 * 1024 * 1024


def test_too_much_memory_is_stopped() -> None:
    with pytest.raises(TooExpensive) as stopped:
        run_limited(take_memory, 400, limits=SMALL)
    assert stopped.value.kind is Expense.MEMORY


def test_a_program_that_the_work_starts_has_the_same_limits() -> None:
    assert run_limited(take_memory_in_a_program, limits=SMALL) == 1


def test_sleeping_too_long_is_stopped_by_the_clock() -> None:
    begin = time.monotonic()
    with pytest.raises(TooExpensive) as stopped:
        run_limited(time.sleep, 30, limits=SHORT)
    assert stopped.value.kind is Expense.TIME
    assert time.monotonic() - begin < 5


def test_burning_the_processor_is_stopped() -> None:
    with pytest.raises(TooExpensive) as stopped:
        run_limited(burn, limits=SHORT)
    assert stopped.value.kind is Expense.TIME


def test_time_spent_waiting_for_a_processor_is_not_the_documents() -> None:
    """Three share one processor, so that 0.8 s of work take longer than the second that it may."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    burn_too = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(burn_too, start_new_session=alone) for alone in (False, True)]
    try:
        begin = time.monotonic()
        assert run_limited(burn_for, 0.8, limits=SHORT) == 0.8
        assert time.monotonic() - begin > SHORT.seconds
    finally:
        os.sched_setaffinity(0, before)
        for other in others:
            other.kill()
            other.wait()


def test_a_file_without_bounds_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(TooExpensive) as stopped:
        run_limited(write_too_much, tmp_path, limits=SMALL)
    assert stopped.value.kind is Expense.DISK


def test_a_crash_in_a_library_ends_the_child_only() -> None:
    with pytest.raises(ChildDied) as died:
        run_limited(ctypes.string_at, 0, limits=SMALL)
    assert died.value.signal is signal.SIGSEGV
    assert not died.value.from_outside


def test_a_killed_child_is_not_the_documents_fault() -> None:
    with pytest.raises(ChildDied) as died:
        run_limited(lambda: os.kill(os.getpid(), signal.SIGKILL), limits=SMALL)
    assert died.value.from_outside


def test_a_child_that_leaves_without_an_answer_is_told() -> None:
    with pytest.raises(ChildDied) as died:
        run_limited(os._exit, 3, limits=SMALL)
    assert died.value.signal is None


def test_an_exception_comes_through_with_its_origin() -> None:
    with pytest.raises(ValueError, match="invalid literal") as error:
        run_limited(int, "x", limits=SMALL)
    assert "In the limited process" in error.value.__notes__[0]


def test_an_exception_that_cannot_travel_is_named() -> None:
    with pytest.raises(WorkFailed, match="cannot travel"):
        run_limited(fail_without_pickling, limits=SMALL)


def test_an_answer_that_cannot_travel_is_an_error_and_not_a_hang() -> None:
    with pytest.raises((WorkFailed, TypeError, AttributeError)):
        run_limited(lambda: lambda: None, limits=SMALL)


def test_programs_of_the_work_end_with_it(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    with pytest.raises(TooExpensive):
        run_limited(leave_a_program_running, pid_file, limits=SHORT)
    program = int(pid_file.read_text())
    for _ in range(100):
        state = Path(f"/proc/{program}/stat")
        if not state.exists() or state.read_text().split()[2] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the program outlived the work")


def test_the_child_ends_when_the_worker_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, os, time; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from ingest.reading.sandbox import run_limited\n"
        "from ingest.reading.limits import Limits\n"
        "def work():\n"
        "    Path(sys.argv[2]).write_text(str(os.getpid()))\n"
        "    time.sleep(60)\n"
        "run_limited(work, limits=Limits())\n"
    )
    pid_file = tmp_path / "pid"
    root = Path(__file__).resolve().parents[3]
    worker = subprocess.Popen([sys.executable, "-c", script, str(root), str(pid_file)])
    while not pid_file.exists() or not pid_file.read_text():
        time.sleep(0.02)
    worker.kill()
    worker.wait()
    child = Path(f"/proc/{pid_file.read_text()}")
    for _ in range(100):
        if not child.exists() or (child / "stat").read_text().split()[2] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the child outlived the worker")


def zombies() -> set[str]:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return {child for child in children if Path(f"/proc/{child}/stat").read_text().split()[2] == "Z"}


def test_two_hundred_runs_leave_no_descriptor_and_no_zombie() -> None:
    before, dead_before = open_descriptors(), zombies()  # other tests in this process may have left some
    for number in range(200):
        assert run_limited(double, number, limits=SMALL) == number * 2
    assert open_descriptors() == before
    assert zombies() <= dead_before


def test_handlers_of_the_worker_do_not_run_in_the_child(tmp_path: Path) -> None:
    mark = tmp_path / "handler-ran"
    old = signal.signal(signal.SIGTERM, lambda *_: mark.touch())
    try:
        with pytest.raises(ChildDied) as died:
            run_limited(lambda: os.kill(os.getpid(), signal.SIGTERM), limits=SMALL)
    finally:
        signal.signal(signal.SIGTERM, old)
    assert died.value.signal is signal.SIGTERM
    assert not mark.exists()


# --- one process for several pieces of work -----------------------------------------------------------


def test_one_process_does_all_the_work_on_a_document() -> None:
    with KeptChild() as child:
        numbers = {child.run(own_number, limits=SMALL) for _ in range(3)}
    assert len(numbers) == 1
    assert os.getpid() not in numbers
    with pytest.raises(ProcessLookupError):
        os.kill(numbers.pop(), 0)


def test_after_an_error_the_next_work_gets_a_new_process() -> None:
    with KeptChild() as child:
        first = child.run(own_number, limits=SMALL)
        with pytest.raises(WorkFailed):
            child.run(fail_without_pickling, limits=SMALL)
        assert child.run(own_number, limits=SMALL) != first


@pytest.mark.parametrize("work", [burn, crash])
def test_what_dies_or_takes_too_long_costs_the_next_work_nothing(work: Callable[[], None]) -> None:
    with KeptChild() as child:
        first = child.run(own_number, limits=SHORT)
        with pytest.raises((TooExpensive, ChildDied)):
            child.run(work, limits=SHORT)
        assert child.run(own_number, limits=SHORT) != first


def test_a_process_that_was_killed_between_two_pieces_of_work_is_told_as_killed() -> None:
    with KeptChild() as child:
        os.kill(child.run(own_number, limits=SMALL), signal.SIGKILL)
        with pytest.raises(ChildDied) as death:
            child.run(double, 1, limits=SMALL)
        assert death.value.from_outside
        assert child.run(double, 1, limits=SMALL) == 2


def test_each_piece_of_work_has_its_own_time() -> None:
    with KeptChild() as child:
        numbers = [child.run(burn_more, 0.7, limits=SHORT) for _ in range(3)]
    assert len(set(numbers)) == 1


def test_a_process_that_has_grown_gives_way_to_a_new_one() -> None:
    with KeptChild() as child:
        first = child.run(keep_memory, 80, limits=SMALL)
        assert child.run(take_memory, 80, limits=SMALL) == 80 * 1024 * 1024
        assert child.run(own_number, limits=SMALL) != first
