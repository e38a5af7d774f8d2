"""Where the servers of the stack are kept, and what is said where one cannot be had."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from scripts.run.failure import SetUpError
from scripts.stack import elasticsearch
from scripts.stack.__main__ import main
from scripts.stack.place import cache_folder, find_program
from scripts.stack.running import pid_of, stop, wipe


@pytest.fixture
def old_java(tmp_path: Path) -> Path:
    program = tmp_path / "jdk" / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return tmp_path / "jdk"


def test_the_programs_lie_where_the_person_says(tmp_path: Path) -> None:
    assert cache_folder({"REGISTRATUR_CACHE": str(tmp_path)}) == tmp_path


def test_without_a_word_of_the_person_they_lie_outside_the_checkout() -> None:
    checkout = Path(elasticsearch.__file__).parents[2]
    assert not cache_folder({}).is_relative_to(checkout)


def test_a_missing_program_is_named_with_its_package() -> None:
    with pytest.raises(SetUpError, match=r"no-such-program .*Debian package some-package"):
        find_program("no-such-program", "some-package")


def test_an_old_java_is_refused(old_java: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ES_JAVA_HOME", str(old_java))
    assert "is not Java 17 or newer" in elasticsearch.why_not()


def test_where_java_is_missing_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ES_JAVA_HOME", raising=False)
    assert elasticsearch.why_not() == "java is not installed (Debian package openjdk-17-jre-headless)."


def test_a_pid_that_belongs_to_something_else_is_not_taken_for_the_server(tmp_path: Path) -> None:
    server = elasticsearch.Elasticsearch(tmp_path / "server")
    server.folder.mkdir()
    (server.folder / "pid").write_text("1")
    assert pid_of(server) is None
    assert stop(server) is False
    wipe(server)
    assert not server.folder.exists()


@pytest.mark.parametrize("arguments", [[], ["begin"], ["start", "solr"]])
def test_a_wrong_command_says_how_it_is_right(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage: python -m scripts.stack start|stop|wipe" in capsys.readouterr().err
