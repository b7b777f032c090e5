"""Reports and lists as text for people and programs."""
