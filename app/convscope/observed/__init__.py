"""Training loops of others, watched: what runs in the process of a user's own loop."""
