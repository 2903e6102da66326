"""One transport per file; rendering is pure and shared."""
