"""The factory: what the `waooaw` command does."""
