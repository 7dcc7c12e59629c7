"""Trained weights for a network: their numbers, and which layer each tensor of a file fits."""
