"""`/parties/`: people and organisations, and what they take part in."""
