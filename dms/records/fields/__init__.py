"""Metadata fields that an administrator lays down for each kind of dossier and document, and the values in them."""
