"""`/documents/`: what became of the mail, its pages, versions and files."""
