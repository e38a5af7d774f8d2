"""Tells consumers of the outbox at once, in the process that wrote it, that something is waiting for them."""

from __future__ import annotations

from django.dispatch import Signal

outbox_written = Signal()
"""Sent after the commit, with `topics: frozenset[str]`. A consumer that misses it finds the rows by its own sweep."""
