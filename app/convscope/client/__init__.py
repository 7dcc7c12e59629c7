"""Convscope from Python: typed, NumPy in and out, over REST and the stream.

    import convscope

    with convscope.Client() as client:  # this machine's server, or Client("http://host:8000")
        run = client.create(network="default", optimizer={"type": "Adam"})
        run.step(500)
        kernels = run.tensor("conv1")  # (8, 1, 3, 3) float32
        maps = run.feature_maps(["conv1", "pool1"], data="test", count=1000)

What a server refuses is raised as the class of `convscope.errors` that its code names;
UnreachableError where nobody answers.
"""

from convscope.client.answers import Frame, Predictions, UnreachableError
from convscope.client.asynchronous.client import AsyncClient
from convscope.client.asynchronous.run import AsyncRun
from convscope.client.synchronous.client import Client
from convscope.client.synchronous.run import Run

__all__ = [
    "AsyncClient",
    "AsyncRun",
    "Client",
    "Frame",
    "Predictions",
    "Run",
    "UnreachableError",
]
