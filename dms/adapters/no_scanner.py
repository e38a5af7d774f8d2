"""Stands where no malware scanner is configured: every file is "not scanned", which is shown and is never "clean"."""

from __future__ import annotations

from typing import BinaryIO

from dms.ports import ScanResult, ScanVerdict

NO_SCANNER = "no scanner is configured"
"""The detail of every result here."""


class NoScanner:
    def scan(self, source: BinaryIO) -> ScanResult:
        return ScanResult(ScanVerdict.NOT_SCANNED, NO_SCANNER)
