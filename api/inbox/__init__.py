"""`/inbox/`: what came in, and how far it is."""
