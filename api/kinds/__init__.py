"""Kinds of dossiers and documents, and the fields these have."""
