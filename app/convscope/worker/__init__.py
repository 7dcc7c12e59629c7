"""The worker's side of a run: a process that trains, answers, shows; not for the server."""
