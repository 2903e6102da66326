"""Training scenarios: played, practised, replayed, and what is reported of them."""
