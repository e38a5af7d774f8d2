"""The organisation of a town as a table: units, groups, positions, people, who belongs where, and what was granted."""
