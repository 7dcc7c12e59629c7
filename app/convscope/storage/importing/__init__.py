"""A run's file from elsewhere: read as untrusted, checked value by value, copied."""
