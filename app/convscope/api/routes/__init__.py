"""REST and WebSocket routes, one file a resource."""
