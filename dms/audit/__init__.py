"""The one door for every change, and the chained events that prove what went through it."""
