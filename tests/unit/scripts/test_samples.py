"""The sample mail at the first start: whoever does not want to wait is told at once where the pages are."""

from __future__ import annotations

from pathlib import Path

from scripts.run.__main__ import meanwhile
from scripts.run.installation import Installation
from scripts.run.samples import take_in_samples
from scripts.run.state import State

HINT = "The pages can be used already"


def said_while_taking_in(state: State) -> list[str]:
    """What is said, and what is run, in their order."""
    told: list[str] = []

    def run(command: list[str]) -> int:
        told.append(command[2])
        Path(command[3]).mkdir(exist_ok=True) if command[2] == "sample_mail" else None
        return 0

    take_in_samples(state, run, told.append, meanwhile=HINT)
    return told


def test_that_the_pages_can_be_used_is_said_before_the_mail_is_taken_in_and_only_then(tmp_path: Path) -> None:
    state = State(tmp_path)
    told = said_while_taking_in(state)
    assert told[0] == HINT
    assert [one for one in told if one in ("sample_mail", "ingest")] == ["sample_mail", "ingest"]
    assert said_while_taking_in(state) == []


def test_the_hint_names_address_user_and_where_the_password_is_and_not_the_password(tmp_path: Path) -> None:
    state = State(tmp_path)
    installation = Installation(state, {})
    assert "password is the one that was chosen" in meanwhile(installation)
    (tmp_path / "admin-password").write_text("geheim\n", encoding="ascii")
    told = meanwhile(installation)
    assert f"{installation.url} (user admin, password in {tmp_path / 'admin-password'})" in told
    assert "geheim" not in told
    assert "is ready at" not in told, "the one line that says so stands at the end"
