"""Who may see what: grants, levels, clearances, what is sensitive, and who has read it."""
