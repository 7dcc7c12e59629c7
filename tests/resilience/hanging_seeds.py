"""Seeds of recipes that the workers of `hanging.py` treat badly; apart, since `hanging_worker.py`
changes the process that imports it."""

SLEEPS, SPINS, FILLS_MEMORY, ANSWERS_LATE = 1001, 1002, 1003, 1004
AT_STEP = 20
