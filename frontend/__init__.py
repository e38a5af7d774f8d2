"""The pages: speaks HTML and nothing else. Rights, rules and SQL live below; both doors call the same services."""
