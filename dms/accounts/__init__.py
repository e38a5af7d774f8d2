"""What happens to accounts and their tokens: services that change them through the one door."""
