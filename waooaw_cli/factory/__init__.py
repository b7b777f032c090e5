"""The use cases: create, check, ask."""
