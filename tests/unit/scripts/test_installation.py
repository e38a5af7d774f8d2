"""What one installation starts, where its sockets lie, and which port it takes."""

from __future__ import annotations

import os
import shlex
import socket
import stat
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

from scripts.run.broker import Broker
from scripts.run.cluster import Cluster, Passwords, check_still_ours, programs_for
from scripts.run.failure import SetUpError
from scripts.run.installation import Installation
from scripts.run.manager import Manager, configuration
from scripts.run.port import choose_port, is_free
from scripts.run.programs import Group, Program, die_with_manager, product_programs, server_programs, worker_count
from scripts.run.state import LONGEST_SOCKET_FOLDER, RunLock, State

PASSWORDS = Passwords("a", "b/c", "d")


def test_servers_given_by_url_are_not_started(tmp_path: Path) -> None:
    installation = Installation(
        State(tmp_path), {"DATABASE_URL": "postgresql://db/x", "BROKER_URL_FILE": "/run/broker"}
    )
    assert (installation.cluster, installation.broker) == (None, None)
    assert {program.group for program in product_programs(State(tmp_path), 8000, 2)} == {Group.PRODUCT}
    assert installation.settings()["DATABASE_URL"] == "postgresql://db/x"
    assert "BROKER_URL" not in installation.settings()


def test_the_worker_asks_for_large_memory_pages_and_dies_with_the_manager(tmp_path: Path) -> None:
    (command,) = (one.command for one in product_programs(State(tmp_path), 8000, 2) if one.name == "worker")
    starter = command[: command.index(sys.executable)]
    told = subprocess.run([*starter, "/usr/bin/env"], capture_output=True, text=True, check=True).stdout
    assert "GLIBC_TUNABLES=glibc.malloc.hugetlb=1" in told.splitlines()
    assert command[: len(die_with_manager())] == die_with_manager()


def test_the_secret_key_is_made_once(tmp_path: Path) -> None:
    asked = {"DATABASE_URL": "postgresql://db/x", "BROKER_URL": "redis://queue"}
    first, second = (Installation(State(tmp_path), asked).settings()["SECRET_KEY"] for _ in range(2))
    assert first == second
    assert len(first) >= 50
    assert Installation(State(tmp_path), {**asked, "SECRET_KEY": "mine"}).settings()["SECRET_KEY"] == "mine"


@pytest.mark.parametrize("name", ["short", "deep/" * 30, "Müll und 100%/" + "Umlaute-äöü/" * 10])
def test_sockets_fit_whatever_the_state_folder_is_called(tmp_path: Path, name: str) -> None:
    state = State(tmp_path / name)
    longest = Cluster(tmp_path, state.sockets / "postgresql", PASSWORDS).sockets / ".s.PGSQL.5432"
    assert len(os.fsencode(longest)) <= 107
    assert len(os.fsencode(state.sockets)) <= LONGEST_SOCKET_FOLDER
    assert state.sockets != State(tmp_path / name / "other").sockets


def test_a_folder_of_somebody_else_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = State(tmp_path / "state")
    state.folder.mkdir()
    monkeypatch.setattr(os, "getuid", lambda: state.folder.stat().st_uid + 1)
    with pytest.raises(SetUpError, match="belongs to another user"):
        state.create()


def test_secrets_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    state = State(tmp_path)
    assert state.secret("owner") == state.secret("owner") != state.secret("application")
    assert stat.S_IMODE((tmp_path / "secrets" / "owner").stat().st_mode) == 0o600


def test_only_one_run_holds_a_state_folder(tmp_path: Path) -> None:
    first, second = RunLock(State(tmp_path)), RunLock(State(tmp_path))
    assert first.holder() is None
    assert first.take()
    assert not second.take()
    assert second.holder() == os.getpid()
    first.release()
    assert second.take()
    second.release()


def test_a_port_that_was_asked_for_and_is_taken_ends_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
        with pytest.raises(SetUpError, match=f"Port {port} is not free"):
            choose_port({"REGISTRATUR_PORT": str(port)})
    assert choose_port({"REGISTRATUR_PORT": str(port)}) == port


@pytest.mark.parametrize("nonsense", ["http", "0", "65536", "-1"])
def test_nonsense_is_no_port_and_no_number_of_workers(nonsense: str) -> None:
    with pytest.raises(SetUpError, match="not a port"):
        choose_port({"REGISTRATUR_PORT": nonsense})
    if nonsense != "65536":
        with pytest.raises(SetUpError, match="REGISTRATUR_WORKERS"):
            worker_count({"REGISTRATUR_WORKERS": nonsense})


def test_the_next_free_port_is_taken_when_none_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.run.port.is_free", lambda port: port >= 8002)
    assert choose_port({}) == 8002


def test_the_manager_reads_back_what_was_meant_whatever_the_folder_is_called(tmp_path: Path) -> None:
    state = State(tmp_path / "Amt für 100% Ordnung")
    command = ["/bin/program", "with space", "100%", "quo'te", ""]
    programs = [Program(Group.PRODUCT, "web", command), *server_programs(None, Broker(tmp_path, tmp_path / "sock"), {})]
    config = RawConfigParser()
    config.read_string(configuration(state, Manager(state), programs))
    read = config["program:web"]
    assert shlex.split(read["command"].replace("%%", "%")) == command
    assert read["stdout_logfile"].replace("%%", "%") == str(state.logs / "web.log")
    assert (read["autorestart"], read["autostart"]) == ("true", "false")
    assert config["program:redis"]["autostart"] == "true"
    assert int(config["group:servers"]["priority"]) < int(config["group:product"]["priority"])


def test_private_servers_listen_on_no_network_address(tmp_path: Path) -> None:
    broker = Broker(tmp_path, tmp_path / "redis.sock")
    assert broker.command()[broker.command().index("--port") + 1] == "0"
    assert broker.url.startswith("redis+socket:///")


def test_a_database_of_a_version_that_is_gone_is_named(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("9\n")
    with pytest.raises(SetUpError, match="postgresql-9"):
        programs_for(tmp_path)


def test_a_copied_state_folder_does_not_run_on_the_database_of_the_first(tmp_path: Path) -> None:
    first, copy, base = tmp_path / "first", tmp_path / "copy", tmp_path / "outside" / "db"
    for folder in (first, copy, base):
        folder.mkdir(parents=True)
    (base / "state-folder").write_text(str(first))
    for folder in (first, copy):
        (folder / "cluster").write_text(str(base))
    check_still_ours(base, first)
    with pytest.raises(SetUpError, match="is a copy of"):
        check_still_ours(base, copy)
    (first / "cluster").unlink()  # moved, not copied
    check_still_ours(base, copy)
    assert (base / "state-folder").read_text() == str(copy)


def test_a_database_that_has_vanished_is_not_replaced_by_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(SetUpError, match="is not there any more"):
        check_still_ours(tmp_path / "gone" / "db", tmp_path / "state")
