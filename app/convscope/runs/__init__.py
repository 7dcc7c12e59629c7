"""Runs: which there are, what each does, who watches, what it has been through."""
