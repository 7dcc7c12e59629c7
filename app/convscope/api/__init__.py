"""HTTP and WebSocket, thin: requests in, calls on the runs, answers out."""
