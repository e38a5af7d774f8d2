"""How stored bytes are proven on the way out: every byte is read and the digest compared."""

from __future__ import annotations

import hashlib

from dms.ports import ObjectDamaged, ObjectStore

CHUNK = 1024 * 1024


def read_back(store: ObjectStore, key: str, sha256: str) -> None:
    """Raises ObjectDamaged when the bytes are others, ObjectMissing, StoreUnavailable."""
    digest = hashlib.sha256()
    with store.read(key) as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != sha256:
        raise ObjectDamaged(f"{key}: expected {sha256}, got {digest.hexdigest()}")
