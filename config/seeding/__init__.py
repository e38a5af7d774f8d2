"""Fills an empty town with made-up people, files and mail, as large as asked for: to try it out and to measure it."""
