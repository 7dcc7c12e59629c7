"""The OpenAPI document: problems, and examples that the server really answers."""
