"""Frames of the present state: what the viewers want, quantised once, when it is due."""
