"""REST v1: speaks HTTP and nothing else. Rights, rules and SQL live below; both doors call the same services."""
