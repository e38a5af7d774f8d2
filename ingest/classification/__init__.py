"""Decides what kind of mail a document is, from its words alone, and says which words decided."""
