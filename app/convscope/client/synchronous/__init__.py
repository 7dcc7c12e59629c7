"""Made of convscope.client.asynchronous by `python -m scripts.write_client`."""
