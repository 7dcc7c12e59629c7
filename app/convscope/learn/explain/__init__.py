"""Any number of a run as the arithmetic that made it; every explanation closes, or it is a bug."""
