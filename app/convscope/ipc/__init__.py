"""The server's side of a worker: how one is started, asked, listened to, and missed."""
