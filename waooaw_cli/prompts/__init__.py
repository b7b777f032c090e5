"""The questions at the terminal."""
