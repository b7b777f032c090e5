"""One module per command: options, use case, renderer, exit code. It decides nothing."""
