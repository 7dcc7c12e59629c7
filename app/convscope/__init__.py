"""Convscope: watch every weight of a CNN learn."""

__version__ = "0.1.0"
