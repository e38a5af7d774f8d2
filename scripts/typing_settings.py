"""The product's settings as mypy's Django plugin reads them: values that no server needs to answer to."""

from __future__ import annotations

import os

os.environ.setdefault("SECRET_KEY", "types-only")
os.environ.setdefault("DATABASE_URL", "postgresql:///types-only")

from config.settings import *  # noqa: F403 - the environment comes first
