"""Runs whose steps are made in somebody's own training loop, which is watched."""
