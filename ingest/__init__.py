"""From a file at the door to a registered document: sources, steps, the pipeline and its runner."""
