"""The gates: each looks at a package and yields findings."""
