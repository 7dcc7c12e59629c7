"""torch, and nothing of HTTP or processes: the network, its data, its training, and looking at it."""
