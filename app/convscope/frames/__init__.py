"""What crosses between processes and to the page, as bytes."""
