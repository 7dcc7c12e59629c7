"""A run's workers: who may have one, the one that trains, the one that replays the past."""
