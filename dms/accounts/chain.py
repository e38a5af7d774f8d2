"""Which chain tells of accounts: one for all, because their events are few and are read together."""

CHAIN = "accounts"
