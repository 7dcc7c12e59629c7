"""Written by hand; `python -m scripts.write_client` makes convscope.client.synchronous of it."""
