"""The runtime library."""
