"""Reports of tests reach the process that prints them, whatever was in their output."""

from __future__ import annotations

import os

import execnet
import pytest

from tests.sharing import plain

REPORT = {
    "sections": [("Captured stdout call", os.fsdecode(b"Stra\xdfe.pdf taken in"))],
    "user_properties": [("stated", os.fsdecode(b"1 of Stra\xdfe.pdf"))],
    "outcome": "passed",
    "duration": 0.5,
    "longrepr": None,
}


def test_a_report_with_a_file_name_that_is_no_utf8_can_be_sent() -> None:
    with pytest.raises(execnet.DumpError, match="utf-8"):
        execnet.dumps(REPORT)
    sent = execnet.loads(execnet.dumps(plain(REPORT)))
    assert sent["sections"] == [("Captured stdout call", r"Stra\udcdfe.pdf taken in")]
    assert (sent["outcome"], sent["duration"], sent["longrepr"]) == ("passed", 0.5, None)
