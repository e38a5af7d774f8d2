"""One module per outside thing that stands behind a port of `dms.ports`; settings choose (`dms.adapters.chosen`)."""
