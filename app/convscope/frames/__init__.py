"""Frames: observations of a run as bytes, between the processes and to the page."""
