"""Runs that come, leave and branch: import, export, copy, fork."""
