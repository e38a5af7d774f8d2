"""Whether the audit trail of the test's town proves what stands in its rows."""

from __future__ import annotations

from dms.audit.verify import Tally, verify_all


def proven() -> bool:
    return list(verify_all(Tally())) == []
