"""Who may do what: actors, grants on scopes, and the one rule that every door asks."""
