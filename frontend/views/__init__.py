"""One module per page; each view reads the request, calls a service, and hands values to a template."""
