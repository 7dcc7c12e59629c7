"""Any number of a run as the arithmetic that made it; each adds up, or it is a bug."""
