"""What people type, page by page, and how each mistake is told beside its field."""
