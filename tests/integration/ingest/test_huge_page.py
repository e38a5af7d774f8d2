"""Ten kilobytes that unpack to a page of 1.3 thousand million pixels end in a named state and cost no worker."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest

from ingest.models import ItemState, Turn
from ingest.reasons import Reason
from ingest.work.attempt import Tools
from tests.factories import item as hand_in
from tests.integration.ingest.working import LETTER, worked
from tests.unit.ingest.jbig2 import MAKEUP, black_page

pytestmark = pytest.mark.django_db
HUGE = 14 * MAKEUP
"""35,840 pixels: 160 MB at one bit each, 1.3 GB at one byte."""
MEGABYTE = 1024 * 1024


def test_the_pages_made_here_are_sound_and_black_to_two_libraries(tmp_path: Path) -> None:
    (tmp_path / "page.pdf").write_bytes(black_page(1, MAKEUP))
    with pypdfium2.PdfDocument(tmp_path / "page.pdf") as pdf:
        assert pdf[0].render(scale=0.2).to_numpy().max() == 0
    command = ["pdftoppm", "-r", "20", "-gray", "page.pdf", "drawn"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    [drawn] = tmp_path.glob("drawn*.pgm")
    assert set(drawn.read_bytes()[-1000:]) == {0}


@pytest.mark.slow
def test_a_page_of_35840_by_35840_pixels_ends_in_a_named_state_and_the_worker_goes_on(
    tools: Tools, state: Callable[[str], None]
) -> None:
    content = black_page(14, HUGE)
    assert len(content) < 20_000
    worker = os.getpid()
    bomb = worked(hand_in(content, "plan.pdf"), tools)
    assert os.getpid() == worker
    assert bomb.state == ItemState.REFUSED, bomb.detail
    assert bomb.reason in {Reason.PICTURE_TOO_LARGE.value, Reason.TOO_EXPENSIVE.value, Reason.NO_TEXT.value}
    turn = Turn.objects.get(pk=bomb.pk)
    assert (turn.deaths, turn.attempts) == (0, 0)
    assert worked(hand_in(LETTER), tools).state == ItemState.DONE
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 // MEGABYTE
    state(f"JBIG2 page of {HUGE}² pixels in {len(content)} bytes: {bomb.reason}; largest process {largest} MB")
