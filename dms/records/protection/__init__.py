"""Who may see a record: rights of its own, grants, levels, what is sensitive; who read it and who was refused."""
