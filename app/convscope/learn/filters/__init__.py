"""What a filter answers to, wants and is worth, and which pictures taught it."""
