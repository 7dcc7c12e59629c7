"""Who may ask, and how much: the outermost layer."""
