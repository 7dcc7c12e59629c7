"""Answers of a real server as examples for OpenAPI; numbers have six digits."""
