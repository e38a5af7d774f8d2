"""Dossiers (Akten) and their cases (Vorgänge): opened, numbered, described, closed, and reopened by the registry."""
