"""How the work table is worked off: turns under a lock, one transaction per step, safe against kill -9."""
