"""`/file-plan/` and `/plan-entries/`."""
