"""What is asked beside the password: an authenticator app or, when it is lost, a recovery code."""
