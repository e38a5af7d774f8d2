"""`make run` and `make stop`, after scripts/bootstrap has put packages and Python environment in place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from scripts.run.environment import CHECKOUT, state_folder
from scripts.run.extra_server import ExtraServer
from scripts.run.failure import SetUpError
from scripts.run.installation import Installation
from scripts.run.leftovers import managed_processes, stop_leftovers
from scripts.run.manager import Manager
from scripts.run.messages import compile_messages
from scripts.run.readiness import answers, wait_for_pages
from scripts.run.samples import take_in_samples
from scripts.run.state import RunLock, State

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
RESTARTS, WITHIN_SECONDS = 5, 60


class StopRequested(BaseException):
    """Ctrl-C, `make stop`, or the terminal was closed."""


def main() -> int:
    state = State(state_folder())
    commands = {"up": up, "stop": stop}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        say("usage: python -m scripts.run up|stop")
        return 2
    try:
        return commands[sys.argv[1]](state)
    except SetUpError as error:
        say(str(error))
        return 1


def up(state: State, extra: Mapping[str, ExtraServer] | None = None) -> int:
    """Start everything, stay until asked to stop, stop everything."""
    state.create()
    lock = RunLock(state)
    if not lock.take() or is_serving_alone(state):
        say_running(state)
        return 0
    for name in STOP_SIGNALS:
        signal.signal(name, request_stop)
    installation = Installation(state, dict(os.environ), extra or {})
    manager = Manager(state)
    try:
        start(installation, manager)
        announce(installation)
        keep_running(installation, manager)
    except StopRequested:
        say("Stopping …")
    except SetUpError as error:
        say(f"{error}\nMore may stand in the log files below {state.logs}.")
        return 1
    finally:
        for name in STOP_SIGNALS:
            signal.signal(name, signal.SIG_IGN)
        manager.stop()
        lock.release()
    return 0


def start(installation: Installation, manager: Manager) -> None:
    state = installation.state
    tidy(installation)
    say("Starting database and queue …")
    installation.create()
    environment = installation.write_settings()
    manager.configure(installation.programs())
    compile_messages()
    manager.start(environment)
    wait_for_servers(installation, manager)
    if installation.cluster:
        installation.cluster.create_logins()
    if run([sys.executable, "-m", "scripts.run.prepare"], environment) != 0:
        raise SetUpError("Database and example town could not be brought up to date; the reason stands above.")
    start_product(installation, manager)
    if os.environ.get("REGISTRATUR_SAMPLES", "1") != "0":
        take_in_samples(state, lambda command: run(command, environment), say, meanwhile=meanwhile(installation))


def keep_running(installation: Installation, manager: Manager) -> None:
    """Start the manager again whenever it ends by itself. Ends by a signal, or SetUpError when it cannot stay alive."""
    ended: list[float] = []
    while True:
        manager.wait()
        ended = [moment for moment in ended if time.monotonic() - moment < WITHIN_SECONDS] + [time.monotonic()]
        if len(ended) > RESTARTS:
            raise SetUpError("The process manager ended again and again.")
        say("The process manager ended unexpectedly; starting everything again.")
        tidy(installation)
        manager.start(installation.write_settings())
        wait_for_servers(installation, manager)
        start_product(installation, manager)


def start_product(installation: Installation, manager: Manager) -> None:
    manager.start_web()
    wait_for_pages(installation.url, manager.is_alive)
    manager.start_rest()


def tidy(installation: Installation) -> None:
    cluster, broker = installation.cluster, installation.broker
    stop_leftovers(installation.state, cluster.data if cluster else None, broker.folder if broker else None)


def wait_for_servers(installation: Installation, manager: Manager) -> None:
    if installation.cluster:
        installation.cluster.wait(manager.is_alive)
    if installation.broker:
        installation.broker.wait(manager.is_alive)
    for server in installation.extra.values():
        server.wait(manager.is_alive)


def stop(state: State) -> int:
    """Ask the one who runs it, and wait; without one, stop what was left behind."""
    if not state.folder.exists():
        say("Nothing is running.")
        return 0
    lock = RunLock(state)
    holder = lock.holder()
    if holder is None:
        if not managed_processes(state):
            say("Nothing is running.")
        tidy(Installation(state, dict(os.environ)))
        return 0
    os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + 60
    while lock.holder() == holder:
        if time.monotonic() > deadline:
            raise SetUpError(f"Process {holder} does not end.")
        time.sleep(0.1)
    say("Stopped.")
    return 0


def is_serving_alone(state: State) -> bool:
    """Whether the product of a `make run` that was killed still works; then there is nothing to start."""
    url = state.url()
    return bool(url) and bool(managed_processes(state)) and answers(url)


def run(command: list[str], environment: dict[str, str]) -> int:
    """Run to the end with our own input and output; ended together with us."""
    with subprocess.Popen(command, env=environment, cwd=CHECKOUT) as process:
        try:
            return process.wait()
        except BaseException:
            process.terminate()
            raise


def meanwhile(installation: Installation) -> str:
    """For who does not want to wait for the sample mail. The password itself is told once, at the end."""
    file = admin_password_file(installation.state)
    where = f"in {file}" if file.exists() else "is the one that was chosen"
    return f"The pages can be used already: {installation.url} (user admin, password {where}); mail is added meanwhile."


def announce(installation: Installation) -> None:
    print(f"Registratur is ready at {installation.url}")
    file = admin_password_file(installation.state)
    print("User: admin")
    if file.exists():
        print(f"Password: {file.read_text(encoding='ascii').strip()} (kept in {file})", flush=True)
    else:
        print("Password: the one that was chosen (forgotten: ./manage.py user admin --reset-password)", flush=True)


def admin_password_file(state: State) -> Path:
    """There as long as nobody has chosen another password."""
    return state.folder / "admin-password"


def say_running(state: State) -> None:
    url = state.url()
    print(f"Registratur is running already at {url}" if url else "Registratur is just being started elsewhere.")
    print("Stop it with: make stop", flush=True)


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def request_stop(number: int, frame: FrameType | None) -> None:
    raise StopRequested


if __name__ == "__main__":
    sys.exit(main())
