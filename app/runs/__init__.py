"""A run's life: which runs there are, what each is doing, who watches, and what it has been through."""
