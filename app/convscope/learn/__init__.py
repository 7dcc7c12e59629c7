"""torch, and nothing of HTTP or processes: network, data, training, and looking at it."""
