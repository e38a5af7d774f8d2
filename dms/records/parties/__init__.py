"""Parties (Beteiligte): one register of people and organisations, and in which dossiers and cases they take part."""
