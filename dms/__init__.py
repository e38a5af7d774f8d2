"""The core: records, audit, access, and the ports to the outside. Knows nobody above it."""
