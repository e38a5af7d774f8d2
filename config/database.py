"""Which login does what: the owner alone migrates, the running product owns nothing."""

from __future__ import annotations

from typing import Any


class OwnerMigrates:
    """A forgotten `--database owner` then fails loudly instead of creating tables that the product owns."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"
