"""Where objects can lie, as an address: `file:///srv/objects`, or `s3+https://server:port/bucket` with credentials."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from dms.adapters.folder_store import FolderStore
from dms.adapters.s3_client import Credentials
from dms.adapters.s3_store import S3Store
from dms.ports import ObjectStore

S3_SCHEMES = {"s3+https": "https", "s3+http": "http"}
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
OPTIONS = {"region", "encryption", "timeout"}


class NotAPlace(ValueError):
    """The address cannot be understood; the message says what is wrong with it, without any secret."""


@dataclass(frozen=True, slots=True)
class Place:
    """`public_url` is the address of the same server for browsers; `certificate_authority` a PEM file."""

    url: str
    access_key: str = ""
    secret_key: str = ""
    certificate_authority: str = ""
    public_url: str = ""

    def __repr__(self) -> str:
        return f"Place({self.url!r})"  # never a secret in a log

    def open(self) -> ObjectStore:
        """Connects to nothing yet. Raises NotAPlace."""
        scheme = urlsplit(self.url).scheme
        if scheme == "file":
            return FolderStore(_folder(self.url))
        if scheme in S3_SCHEMES:
            return _bucket(self)
        raise NotAPlace(f"{self.url}: expected file:///…, s3+https://… or s3+http://…")


def _folder(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc or not parts.path.strip("/"):
        raise NotAPlace(f"{url}: a folder is written file:///path/to/it, with three slashes")
    return Path(unquote(parts.path))


def _bucket(place: Place) -> S3Store:
    parts = urlsplit(place.url)
    if parts.username or parts.password:
        raise NotAPlace(
            "credentials do not belong into the address, which is logged: give them by settings of their own"
        )
    bucket = parts.path.strip("/")
    if not parts.netloc or not BUCKET.fullmatch(bucket):
        raise NotAPlace(f"{place.url}: expected {parts.scheme}://server:port/bucket")
    if not place.access_key or not place.secret_key:
        raise NotAPlace(f"{place.url}: access key and secret key are missing")
    options = _options(place.url, parts.query)
    try:
        return S3Store(
            f"{S3_SCHEMES[parts.scheme]}://{parts.netloc}",
            bucket,
            Credentials(place.access_key, place.secret_key),
            region=options.get("region", "us-east-1"),
            encrypted=options.get("encryption", "on") != "off",
            seconds=float(options.get("timeout", "20")),
            authority=place.certificate_authority or None,
            public_endpoint=place.public_url,
        )
    except ValueError as error:
        raise NotAPlace(f"{place.url}: {error}") from error


def _options(url: str, query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    if unknown := options.keys() - OPTIONS:
        raise NotAPlace(f"{url}: unknown option {', '.join(sorted(unknown))}; known: {', '.join(sorted(OPTIONS))}")
    if options.get("encryption", "on") not in {"on", "off"}:
        raise NotAPlace(f"{url}: encryption is on or off")
    return options
