"""A MalwareScanner on ClamAV's daemon: each file is streamed to it by unix socket or TCP, and it says what it found.

The protocol is clamd(8), INSTREAM. No library: the well-kept one for Python is GPL-2.0 alone, knows no IPv6, and loses
clamd's answer when a file is too large for it.
"""

from __future__ import annotations

import re
import socket
import struct
from contextlib import closing
from typing import BinaryIO
from urllib.parse import urlsplit

from dms.ports import ScannerUnavailable, ScanResult, ScanVerdict

CHUNK = 256 * 1024
MEGABYTE = 1024 * 1024
DEFAULT_PORT = 3310
CONNECT_SECONDS = 5
SEND_SECONDS = 30
LONGEST_ANSWER = 4096
FOUND = re.compile(r"^stream: (?P<signature>.+) FOUND$")
NOT_LOOKED_THROUGH = re.compile(r"^Heuristics\.Limits\.Exceeded")
"""What clamd "finds" (AlertExceedsMax) in a file that it did not look through to the end."""
REFUSED = ("size limit exceeded", "time limit reached")
"""Errors that are about this one file, so that asking again would not help."""


class Clamd:
    """`url`: `unix:///run/clamav/clamd.ctl` or `tcp://host:3310`. Raises ValueError for any other.

    `seconds` is the longest silence before the answer. Files above `largest_mb` are not sent: beyond its MaxFileSize
    clamd looks at nothing and says OK all the same, so the number must not be above that.
    """

    def __init__(self, url: str, *, seconds: float = 150, largest_mb: float = 25) -> None:
        address = urlsplit(url)
        socket_file = address.scheme == "unix" and not address.netloc and address.path.startswith("/")
        if not socket_file and not (address.scheme == "tcp" and address.hostname):
            raise ValueError(f"{url!r} is no address of clamd: unix:///path/of/socket or tcp://host:port")
        self._address, self._seconds, self._largest = address, seconds, int(largest_mb * MEGABYTE)

    def scan(self, source: BinaryIO) -> ScanResult:
        try:
            with closing(self._connect()) as connection:
                if not self._send(connection, source):
                    return ScanResult(ScanVerdict.NOT_SCANNED, f"larger than {self._largest / MEGABYTE:g} MB")
                return _judge(self._answer(connection))
        except OSError as error:
            raise ScannerUnavailable(f"clamd at {self._address.geturl()}: {error}") from error

    def _connect(self) -> socket.socket:
        if self._address.scheme == "tcp":
            place = (str(self._address.hostname), self._address.port or DEFAULT_PORT)
            return socket.create_connection(place, CONNECT_SECONDS)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(self._address.path)
        except OSError:
            connection.close()
            raise
        return connection

    def _send(self, connection: socket.socket, source: BinaryIO) -> bool:
        """False: it is larger than what clamd is to get."""
        connection.settimeout(SEND_SECONDS)
        connection.sendall(b"zINSTREAM\0")
        sent = 0
        while chunk := source.read(CHUNK):
            sent += len(chunk)
            if sent > self._largest:
                return False
            try:
                connection.sendall(struct.pack("!L", len(chunk)) + chunk)
            except (BrokenPipeError, ConnectionResetError):
                return True  # it has heard enough; its answer says why
        connection.sendall(struct.pack("!L", 0))
        return True

    def _answer(self, connection: socket.socket) -> str:
        connection.settimeout(self._seconds)
        answer = b""
        while len(answer) < LONGEST_ANSWER and not answer.endswith(b"\0"):
            piece = connection.recv(LONGEST_ANSWER)
            if not piece:
                break
            answer += piece
        return answer.rstrip(b"\0").decode("utf-8", "replace").strip()


def _judge(answer: str) -> ScanResult:
    """Raises ScannerUnavailable for anything but a verdict: silence and trouble are never "clean"."""
    if answer == "stream: OK":
        return ScanResult(ScanVerdict.CLEAN)
    if found := FOUND.match(answer):
        signature = found["signature"]
        seen = ScanVerdict.NOT_SCANNED if NOT_LOOKED_THROUGH.match(signature) else ScanVerdict.INFECTED
        return ScanResult(seen, signature)
    if any(sign in answer.lower() for sign in REFUSED):
        return ScanResult(ScanVerdict.NOT_SCANNED, answer)
    raise ScannerUnavailable(f"clamd answered {answer!r}")
