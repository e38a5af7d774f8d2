"""How much the web server takes on at a time; read by whoever starts it and by the entry point that keeps one free."""

WEB_THREADS = 8
"""Requests that each web process answers at a time."""
