"""Documents, their versions, stored objects and pages: what is kept, and the services that alone change it."""
