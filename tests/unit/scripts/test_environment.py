"""The file that carries the settings from `make run` to `./manage.py`, and the list of what it carries."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from scripts.run.environment import CHECKOUT, GIVEN_SETTINGS, complete_environment, given, read_env, write_env


def names_in_settings() -> set[str]:
    text = "".join(path.read_text(encoding="utf-8") for path in (CHECKOUT / "config").glob("*.py"))
    return set(re.findall(r'\benv(?:_flag|_list)?\(\s*"([A-Z_]+)"', text))


def test_every_setting_of_the_product_reaches_manage_py() -> None:
    assert names_in_settings() - {"REGISTRATUR_STATE"} <= set(GIVEN_SETTINGS)


def test_every_setting_is_explained_in_the_documentation() -> None:
    page = (CHECKOUT / "docs" / "settings.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE))
    assert names_in_settings() <= explained
    assert set(GIVEN_SETTINGS) <= explained


def test_what_is_written_is_read_back_and_for_nobody_else(tmp_path: Path) -> None:
    file = tmp_path / "env"
    values = {"SECRET_KEY": "a=b#c 'd'", "DATABASE_URL": "postgresql://u:p%2F@%2Ftmp%2Fx/db"}
    write_env(file, values)
    assert read_env(file) == values
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_value_with_a_line_break_is_refused_and_the_old_file_stays(tmp_path: Path) -> None:
    file = tmp_path / "env"
    write_env(file, {"LOG_LEVEL": "INFO"})
    with pytest.raises(ValueError, match="LOG_LEVEL"):
        write_env(file, {"LOG_LEVEL": "INFO\nDEBUG=1"})
    assert read_env(file) == {"LOG_LEVEL": "INFO"}


def test_what_the_person_set_wins_over_the_file_in_either_spelling(tmp_path: Path) -> None:
    write_env(tmp_path / "env", {"SECRET_KEY": "kept", "BROKER_URL": "redis://kept", "LOG_LEVEL": "INFO"})
    mine = {
        "REGISTRATUR_STATE": str(tmp_path),
        "SECRET_KEY_FILE": "/run/secrets/key",
        "BROKER_URL": "redis://mine",
    }
    assert complete_environment(mine) == tmp_path / "env"
    assert "SECRET_KEY" not in mine
    assert (mine["BROKER_URL"], mine["LOG_LEVEL"]) == ("redis://mine", "INFO")


def test_only_settings_of_the_product_are_passed_on() -> None:
    asked = {"DATABASE_URL_FILE": "/run/secrets/db", "PATH": "/bin", "LOG_LEVEL": "DEBUG"}
    assert given(asked) == {"DATABASE_URL_FILE": "/run/secrets/db", "LOG_LEVEL": "DEBUG"}
