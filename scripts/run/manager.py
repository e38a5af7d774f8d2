"""The process manager: supervisor with a configuration made for one state folder, and the few calls we make to it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path

from supervisor.xmlrpc import SupervisorTransport

from scripts.run.environment import CHECKOUT
from scripts.run.failure import SetUpError
from scripts.run.programs import Group, Program
from scripts.run.state import State

MARK = "REGISTRATUR_MANAGED"
"""Set for the manager and what it starts, never in a person's shell: how leftovers are told from anything else."""

HEAD = """\
; Written by `make run`. Look at the programs with:
;   .venv/bin/supervisorctl -c {config} status
[supervisord]
nodaemon = true
silent = true
identifier = registratur
logfile = {logs}/manager.log
logfile_maxbytes = 5MB
logfile_backups = 3
pidfile = {pidfile}
childlogdir = {logs}
{user}
[unix_http_server]
file = {socket}
chmod = 0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl = unix://{socket}
"""

PROGRAM = """
[program:{name}]
command = {command}
directory = {directory}
{user}autostart = {autostart}
autorestart = true
startsecs = 1
startretries = 100000
stopsignal = {stop_signal}
stopwaitsecs = {stop_seconds}
stopasgroup = {stop_as_group}
killasgroup = true
redirect_stderr = true
stdout_logfile = {logs}/{name}.log
stdout_logfile_maxbytes = 10MB
stdout_logfile_backups = 5
"""


class Manager:
    """Starts, watches and stops the programs of one state folder."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._process: subprocess.Popen[bytes] | None = None
        self.socket = state.sockets / "supervisor.sock"
        self.pidfile = state.sockets / "supervisor.pid"
        self.config = state.folder / "supervisor.conf"

    def configure(self, programs: list[Program]) -> None:
        """Write the configuration; the servers start with the manager, the product by `start_product`."""
        self.config.write_text(configuration(self._state, self, programs), encoding="utf-8")

    def start(self, environment: Mapping[str, str]) -> None:
        """Start the manager in a session of its own: a Ctrl-C at the terminal reaches us alone."""
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "supervisor.supervisord", "-c", str(self.config)],
            env={**environment, MARK: str(self._state.folder)},
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 20
        while not self.answers():
            if not self.is_alive() or time.monotonic() > deadline:
                raise SetUpError(f"The process manager does not start; see {self._state.logs / 'manager.log'}.")
            time.sleep(0.05)

    def start_web(self) -> None:
        self._call("startProcess", f"{Group.PRODUCT}:web", False)

    def start_rest(self) -> None:
        """Everything that runs in the background; apart from the web pages, so that these have all cores to start."""
        self._call("startProcessGroup", Group.PRODUCT.value, False)

    def wait(self) -> None:
        """Return when the manager has ended, whatever ended it."""
        if self._process:
            self._process.wait()

    def stop(self) -> None:
        """Stop every program, then the manager. Repeatable."""
        if not self._process:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=45)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def answers(self) -> bool:
        try:
            return bool(self._call("getState"))
        except (OSError, HTTPException):
            return False

    def _call(self, method: str, *arguments: object) -> object:
        transport = SupervisorTransport(None, None, serverurl=f"unix://{self.socket}")
        with xmlrpc.client.ServerProxy("http://manager", transport=transport) as proxy:
            return getattr(proxy.supervisor, method)(*arguments)


def configuration(state: State, manager: Manager, programs: list[Program]) -> str:
    # As root supervisor asks to be told that root is meant.
    user = "user = root\n" if os.getuid() == 0 else ""
    parts = [
        HEAD.format(
            config=escape(manager.config),
            logs=escape(state.logs),
            pidfile=escape(manager.pidfile),
            socket=escape(manager.socket),
            user=user,
        )
    ]
    parts += [program_section(state, program) for program in programs]
    for priority, group in enumerate(Group, start=1):
        names = ",".join(program.name for program in programs if program.group is group)
        if names:
            parts.append(f"\n[group:{group}]\nprograms = {names}\npriority = {priority}\n")
    return "".join(parts)


def program_section(state: State, program: Program) -> str:
    return PROGRAM.format(
        name=program.name,
        command=escape(shlex.join(program.command)),
        directory=escape(CHECKOUT) if program.user is None else "/",
        user=f"user = {program.user}\n" if program.user else "",
        autostart=str(program.group is Group.SERVERS).lower(),
        stop_signal=program.stop_signal,
        stop_seconds=program.stop_seconds,
        stop_as_group=str(program.stop_whole_group).lower(),
        logs=escape(state.logs),
    )


def escape(value: str | Path) -> str:
    """supervisor expands `%(name)s` in every value."""
    return str(value).replace("%", "%%")
