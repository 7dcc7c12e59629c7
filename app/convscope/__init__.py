"""Convscope: see what a convolutional network's weights are, and watch them learn."""

__version__ = "0.1.0"
