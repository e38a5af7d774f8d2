"""`/bodies/`, `/memberships/` and `/people/`."""
