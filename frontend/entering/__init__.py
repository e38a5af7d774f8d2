"""From the right password to being logged in: what lies between is kept in the session, nobody is in until the end."""
