"""Loops that are interrupted, scaled, forgotten, or one of several processes, watched."""

import gc
import os
import socket
import warnings
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

import convscope
from tests.support.own_loop import PROBE, OwnLoop, Viewer, watched
from tests.support.server import Server
from tests.support.waiting import wait_until


def test_a_cell_that_is_interrupted_and_run_again_ends_what_it_watched(server: Server) -> None:
    loop = OwnLoop()
    with watched(server, loop) as (first, run):

        def interrupted() -> None:
            raise KeyboardInterrupt

        loop.steps(3, first)
        with pytest.raises(KeyboardInterrupt):
            loop.optimizer.step(interrupted)  # type: ignore[arg-type]
        with watched(server, loop) as (second, again):
            assert run.refresh()["loop"]["state"] == "ended"
            loop.steps(2, second)
            wait_until(lambda: again.refresh()["steps"] == 2)
            assert first.steps == run.refresh()["steps"] == 3
            other = torch.optim.SGD(loop.model.parameters(), lr=0.1)
            with convscope.watch(loop.model, other, server=server.url):  # of the same model
                assert again.refresh()["loop"]["state"] == "ended"


def test_a_loop_whose_optimiser_is_forgotten_ends_and_its_model_can_go(server: Server) -> None:
    loop: OwnLoop | None = OwnLoop()
    assert loop
    model = weakref.ref(loop.model)
    watch = convscope.watch(loop.model, loop.optimizer, probe=PROBE, server=server.url)
    assert watch.url
    with convscope.Client(server.url) as client:
        run = client.run(watch.url.partition("?run=")[2])
        loop.steps(3, watch)
        loop = watch = None  # type: ignore[assignment]
        gc.collect()
        wait_until(lambda: run.refresh()["loop"]["state"] == "ended")
        assert run.refresh()["steps"] == 3
        wait_until(lambda: gc.collect() is not None and model() is None)


@pytest.mark.parametrize("fused", [False, True])
def test_steps_that_a_scaler_leaves_out_are_told(server: Server, fused: bool) -> None:
    loop = OwnLoop(fused=fused)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**10)

    def step(factor: float) -> None:
        loop.optimizer.zero_grad()
        loss = functional.cross_entropy(loop.model(PROBE), torch.arange(3))
        scaler.scale(factor * loss).backward()  # type: ignore[no-untyped-call]
        scaler.step(loop.optimizer)
        scaler.update()

    with watched(server, loop, scaler=scaler) as (watch, run):
        step(1.0)
        for _ in range(12):
            step(float("inf"))
        wait_until(lambda: run.refresh()["loop"]["skipped_steps"] == 12)
        assert "left out the last 12 steps" in run.refresh()["problem"]
        assert watch.skipped_steps == 12
        step(1.0)
        wait_until(lambda: run.refresh()["problem"] is None)
        assert run.refresh()["loop"]["skipped_steps"] == 12


def test_numbers_that_are_none_and_tensors_with_a_graph_are_logged_quietly(server: Server) -> None:
    loop = OwnLoop()
    with watched(server, loop) as (watch, run), warnings.catch_warnings():
        warnings.simplefilter("error")
        for value in (float("nan"), torch.tensor(0.5, requires_grad=True) * 2, np.float32(2)):
            loop.step()
            watch.log(loss=value, accuracy=float("inf"))  # type: ignore[arg-type]
        watch.close()
        wait_until(lambda: run.refresh()["steps"] == 3)
        assert run.history()["loss"] == pytest.approx([np.nan, 1, 2], nan_ok=True)


def test_an_optimiser_of_another_model_is_warned_of(server: Server) -> None:
    other = torch.optim.SGD([nn.Parameter(torch.zeros(2))], lr=0.1)
    with pytest.warns(UserWarning, match="none of the optimiser's parameters"):
        watch = convscope.watch(OwnLoop().model, other, server=server.url)
    watch.close()


class Wrapped(torch.optim.Optimizer):
    """As Accelerate's and Lightning's are: around another, with nothing of its own."""

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        self.optimizer = optimizer

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        self.optimizer.step(closure)


def test_an_optimiser_within_another_is_found(server: Server) -> None:
    loop = OwnLoop()
    inner, loop.optimizer = loop.optimizer, Wrapped(loop.optimizer)
    with watched(server, loop) as (watch, _):
        inner.step()
        assert watch.steps == 1


@pytest.fixture
def one_process() -> Iterator[None]:
    """torch.distributed, with this process alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    torch.distributed.init_process_group("gloo", init_method=address, rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


@pytest.mark.usefixtures("one_process")
def test_a_model_that_is_trained_in_several_processes_is_watched_in_the_first(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = OwnLoop()
    inner = loop.model
    loop.model = nn.parallel.DistributedDataParallel(inner)
    with watched(server, loop) as (watch, run), Viewer(run) as viewer:
        loop.steps(3, watch)
        viewer.comes_to(3)
        for name, parameter in inner.named_parameters():
            layer, tensor = name.rsplit(".", 1)
            assert parameter.grad is not None
            shown = viewer.frames[-1][layer, tensor, "gradient"]
            assert np.array_equal(shown, parameter.grad.numpy())
    monkeypatch.setattr(torch.distributed, "get_rank", lambda: 1)
    with convscope.watch(loop.model, loop.optimizer, probe=PROBE, server=server.url) as other:
        loop.steps(2, other)
        assert (other.url, other.steps, other.overhead) == (None, 0, 0.0)


def test_a_process_that_was_started_as_another_than_the_first_is_not_watched() -> None:
    loop = OwnLoop()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "RANK", "2")
        assert convscope.watch(loop.model, loop.optimizer).url is None
