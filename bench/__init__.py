"""Speed, measured: the product and a reference take turns in one run, because machines and neighbours differ."""
