"""A real server in a process of its own, for tests that need the whole."""
