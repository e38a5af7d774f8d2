"""The one error that ends `make run` with a sentence for the person and no traceback."""

from __future__ import annotations


class SetUpError(Exception):
    """What is wrong and what to do, in whole sentences."""
