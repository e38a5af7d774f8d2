"""All that lies in the object store: who knows it, whether it is there and whole, and how it moves elsewhere."""
