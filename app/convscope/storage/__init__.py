"""A run's file: what it is made of, what it went through, and what it takes to come back."""
