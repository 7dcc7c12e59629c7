"""The worker's side of a run: one process that trains, answers and shows. The server never imports it."""
