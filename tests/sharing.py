"""How the tests are shared among processes (pytest-xdist): what goes back is plain, the longest come first."""

from __future__ import annotations

from typing import Any

import pytest


class PlainReports:
    """In the processes that run tests: reports may hold a file name that is no UTF-8, which xdist cannot send."""

    @pytest.hookimpl(wrapper=True)
    def pytest_report_to_serializable(self) -> Any:
        return plain((yield))


def plain(found: Any) -> Any:
    """The same with half characters (what Python makes of bytes that are no UTF-8) written as `\\udc..`."""
    if isinstance(found, str):
        return found.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(found, dict):
        return {plain(key): plain(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return type(found)(plain(value) for value in found)
    return found


def longest_first(items: list[pytest.Item]) -> None:
    """Tests marked `slow` are begun first, so that at the end no process waits for the one that has just begun one."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
