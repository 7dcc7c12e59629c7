"""`convscope.watch`: what the server shows is what the loop has, and the loop notices nothing."""

import copy
import pickle  # noqa: TID251 - what a user may do to their own model
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import torch
from torch.nn import functional

import convscope
from convscope.errors import ConflictError
from tests.support.own_loop import PROBE, Net, OwnLoop, Viewer, watched
from tests.support.server import Server
from tests.support.waiting import wait_until


def test_training_is_bit_equal_watched_and_not_and_so_is_the_random_state(server: Server) -> None:
    alone = OwnLoop()
    alone.steps(40)
    without = alone.tensors()
    loop = OwnLoop()
    with watched(server, loop) as (watch, run), Viewer(run) as viewer:
        loop.steps(20, watch)
        viewer.comes_to(20)
        loop.steps(20, watch)
        assert all(map(torch.equal, without, loop.tensors()))
        assert loop.losses == alone.losses
        assert loop.model.training
    assert len(viewer.frames) >= 2


def test_frames_show_the_weights_gradients_updates_and_maps_of_their_step(server: Server) -> None:
    loop = OwnLoop()
    with watched(server, loop) as (watch, run), Viewer(run, probe="probe-1") as viewer:
        for step in range(1, 9):
            before = {name: value.clone() for name, value in loop.model.named_parameters()}
            loop.step(watch)
            viewer.comes_to(step)
            frame = viewer.frames[-1]
            for name, parameter in loop.model.named_parameters():
                layer, tensor = name.rsplit(".", 1)
                found = {of: frame[layer, tensor, of] for of in ("value", "gradient", "update")}
                assert np.array_equal(found["value"], parameter.detach().numpy())
                assert np.array_equal(found["gradient"], gradient(parameter))
                assert np.array_equal(found["update"], (parameter - before[name]).detach().numpy())
            twin = twin_of(loop)
            with torch.no_grad():
                maps = twin.norm(twin.first(PROBE[1:2]))[0].numpy()
            shown = frame["norm", "output"]
            assert np.abs(shown - maps).max() <= (maps.max() - maps.min()) / 255
            assert frame.header["loss"] == pytest.approx(loop.losses[-1])


def test_rest_answers_exactly_also_while_the_loop_does_something_else(server: Server) -> None:
    loop = OwnLoop()
    with watched(server, loop, classes=["a", "b", "c"], labels=[2, 0, 1], name="mine") as (
        watch,
        run,
    ):
        loop.steps(3, watch)
        wait_until(lambda: run.refresh()["step"] == 3)
        assert (run.info["kind"], run.info["name"]) == ("observed", "mine")
        assert np.array_equal(run.tensor("first"), weight(loop).detach().numpy())
        twin = twin_of(loop)
        with torch.no_grad():
            assert np.array_equal(
                run.feature_map("first", "probe-2"), twin.first(PROBE[2:])[0].numpy()
            )
            scores = functional.softmax(twin(PROBE[:1])[0], 0)
        found = httpx.get(f"{server.url}/api/v1/runs/{run.id}/predictions").json()
        assert [entry["class"] for entry in found["classes"]] == ["a", "b", "c"]
        shown = [entry["probability"] for entry in found["classes"]]
        assert shown == pytest.approx(scores.tolist(), abs=1e-6)
        about = httpx.get(f"{server.url}/api/v1/runs/{run.id}/images/probe-0").json()
        assert (about["label"], about["class"]) == (2, "c")
        picture = httpx.get(f"{server.url}/api/v1/runs/{run.id}/images/probe-0/file")
        assert picture.headers["content-type"] == "image/png"
        layers = {entry["name"]: entry for entry in run.layers()}
        assert list(layers) == ["first", "norm", "again", "drop", "last"]
        assert layers["again"]["output_shape"] == [4, 8, 8]
        with pytest.raises(ConflictError, match="observed"):
            run.evaluate()


def test_the_curve_has_what_was_logged_and_nothing_where_nothing_was(server: Server) -> None:
    loop = OwnLoop()
    with watched(server, loop) as (watch, run):
        for step in range(1, 31):
            loss = loop.step()
            if step % 3 == 0:
                watch.log(loss=loss, accuracy=step / 100)
        watch.log(held_out_accuracy=0.5)
        with pytest.warns(UserWarning, match="could not read"):
            watch.log(loss="nonsense")  # type: ignore[arg-type]
        watch.close()
        wait_until(lambda: run.refresh()["steps"] == 30)
        history = run.history()
        assert run.refresh()["loop"]["state"] == "ended"
    logged = history["step"] % 3 == 0
    assert history["step"].tolist() == list(range(1, 31))
    assert history["loss"][logged] == pytest.approx(np.array(loop.losses)[logged])
    assert np.isnan(history["loss"][~logged]).all()
    assert history["accuracy"][logged] == pytest.approx(np.arange(3, 31, 3) / 100)
    assert history["held_out_accuracy"].tolist() == [0.5]
    assert len(httpx.get(f"{server.url}/api/v1/runs/{run.id}/history?format=csv").text) > 100


def test_what_was_recorded_can_be_looked_at_when_the_loop_is_over(server: Server) -> None:
    loop = OwnLoop()
    weights = {}
    with watched(server, loop) as (watch, run):
        for step in range(1, 4):
            loop.step(watch)
            weights[step] = weight(loop).detach().numpy().copy()
            time.sleep(0.6)
        watch.close()
        wait_until(lambda: run.refresh()["loop"]["state"] == "ended")
        steps = httpx.get(f"{server.url}/api/v1/runs/{run.id}/recorded-steps").json()["steps"]
        assert steps
        assert set(steps) <= {1, 2, 3}
        for step in steps:
            assert np.array_equal(run.tensor("first", step=step), weights[step])
        missing = httpx.get(f"{server.url}/api/v1/runs/{run.id}/layers/first/tensors/weight?step=0")
        assert missing.status_code == 409
        assert f"the nearest that was is {steps[0]}" in missing.json()["detail"]
        thumbnail = httpx.get(f"{server.url}/api/v1/runs/{run.id}/thumbnail")
        assert thumbnail.headers["content-type"] == "image/png"


def test_without_a_server_there_is_one_warning_and_the_loop_goes_on() -> None:
    loop = OwnLoop()
    with pytest.warns(UserWarning, match="found no server") as said:
        watch = convscope.watch(
            loop.model, loop.optimizer, probe=PROBE, server="http://127.0.0.1:9"
        )
    assert watch.url is None
    loop.steps(20, watch)
    watch.close()
    assert len(said) == 1


def test_a_loop_outlives_its_server_and_comes_back_by_itself(tmp_path: Path) -> None:
    first = Server(tmp_path)
    port = first.url.rpartition(":")[2]
    loop = OwnLoop()
    with warnings.catch_warnings(), watched(first, loop) as (watch, run):
        warnings.simplefilter("error")
        loop.steps(10, watch)
        wait_until(lambda: run.refresh()["steps"] == 10)
        first.kill()
        began = time.monotonic()
        loop.steps(50, watch)
        assert time.monotonic() - began < 5
        with Server(tmp_path, "--port", port):
            wait_until(lambda: run.refresh()["steps"] == 60, "the steps made without a server")
            assert run.history()["loss"] == pytest.approx(loop.losses)
            loop.steps(5, watch)
            wait_until(lambda: run.refresh()["steps"] == 65)
            with Viewer(run) as viewer:
                assert viewer.frames[-1].step == 65


def test_of_a_run_that_is_deleted_the_loop_hears_one_warning(server: Server) -> None:
    loop = OwnLoop()
    with watched(server, loop) as (watch, run):
        loop.steps(3, watch)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            run.delete()
            wait_until(lambda: "deleted" in " ".join(str(one.message) for one in said))
        loop.steps(3, watch)


def test_the_page_may_pause_a_loop_that_lets_it_step_it_and_let_it_go_on(server: Server) -> None:
    loop = OwnLoop()
    with watched(server, loop, control=True) as (watch, run):
        over = threading.Event()

        def train() -> None:
            while not over.is_set():
                loop.step(watch)
                time.sleep(0.002)

        thread = threading.Thread(target=train)
        thread.start()
        try:
            run.pause()
            wait_until(lambda: run.refresh()["loop"]["waits"])
            stood = watch.steps
            time.sleep(0.2)
            assert watch.steps <= stood + 1
            stood = watch.steps
            run.step(3)
            assert watch.steps == stood + 3
            assert run.tensor("first").shape == (4, 1, 3, 3)  # it is answered while it waits
            run.play()
            wait_until(lambda: watch.steps > stood + 10)
        finally:
            over.set()
            run.play()
            thread.join()


def test_a_loop_that_does_not_let_it_cannot_be_paused(server: Server) -> None:
    loop = OwnLoop()
    with watched(server, loop) as (watch, run):
        loop.step(watch)
        with pytest.raises(ConflictError, match="control=True"):
            run.pause()


def test_a_model_can_be_copied_and_pickled_afterwards(server: Server) -> None:
    loop = OwnLoop()
    with watched(server, loop) as (watch, _):
        loop.steps(2, watch)
        copy.deepcopy(loop.optimizer)
        again = pickle.loads(pickle.dumps(loop.model))  # noqa: S301 - our own
        for model in (copy.deepcopy(loop.model), again):
            assert all(map(torch.equal, model.state_dict().values(), values(loop)))


def values(loop: OwnLoop) -> list[torch.Tensor]:
    """Its tensors."""
    return list(loop.model.state_dict().values())


def weight(loop: OwnLoop) -> torch.Tensor:
    """Its first kernels."""
    return loop.model.get_parameter("first.weight")


def gradient(parameter: torch.Tensor) -> Any:
    """The one that is there."""
    assert parameter.grad is not None
    return parameter.grad.numpy()


def twin_of(loop: OwnLoop) -> Net:
    """Its model in evaluation mode."""
    assert isinstance(loop.model, Net)
    return copy.deepcopy(loop.model).eval()


def test_a_step_that_is_interrupted_does_not_hold_up_the_next(server: Server) -> None:
    loop = OwnLoop()
    with watched(server, loop) as (watch, run):
        loop.step(watch)

        def interrupted() -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            loop.optimizer.step(interrupted)  # type: ignore[arg-type]
        loop.steps(5, watch)
        wait_until(lambda: run.refresh()["steps"] == 6)
        assert run.tensor("first").shape == (4, 1, 3, 3)


def test_what_cannot_be_twinned_shows_its_weights_and_gradients_alone(server: Server) -> None:
    class Stubborn(Net):
        """Whose copies do not work."""

        def __deepcopy__(self, memo: object) -> "Stubborn":
            raise RuntimeError("no copies of me")

    loop = OwnLoop(Stubborn())
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with watched(server, loop) as (watch, run), Viewer(run) as viewer:
            loop.step(watch)
            viewer.comes_to(1)
            shown = viewer.frames[-1]["first", "weight", "gradient"]
            assert np.array_equal(shown, gradient(weight(loop)))
    (warning,) = [one for one in said if issubclass(one.category, UserWarning)]
    assert "no copies of me" in str(warning.message)


class Wide(torch.nn.Sequential):
    """A convolution of more filters and channels than anybody looks at."""

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Conv2d(1, 64, 3)
        self.second = torch.nn.Conv2d(64, 96, 3)


def test_of_a_large_layer_only_what_is_in_view_is_sent(server: Server) -> None:
    loop = OwnLoop(torch.nn.Sequential(Wide(), torch.nn.Flatten(), torch.nn.Linear(96 * 16, 3)))
    window = {"first": 16, "filters": 8, "first_channel": 32, "channels": 4}
    wanted = {"windows": [{"layer": "0.second", **window}], "layers": ["0.second"]}
    with watched(server, loop) as (watch, run), Viewer(run, **wanted) as viewer:
        loop.step(watch)
        viewer.comes_to(1)
        frame = viewer.frames[-1]
        weight = loop.model.get_parameter("0.second.weight")
        part = (slice(16, 24), slice(32, 36))
        assert np.array_equal(frame["0.second", "weight"], weight.detach()[part].numpy())
        assert np.array_equal(frame["0.second", "weight", "gradient"], gradient(weight)[part])
        bias = loop.model.get_parameter("0.second.bias").detach()
        assert np.array_equal(frame["0.second", "bias"], bias[16:24].numpy())
        with torch.no_grad():
            maps = copy.deepcopy(loop.model.get_submodule("0"))(PROBE[:1])[0, 16:24].numpy()
        assert np.abs(frame["0.second", "output"] - maps).max() <= np.ptp(maps) / 255
        with Viewer(run, layers=["0.second"]) as other:  # who wants all of it gets all
            assert other.frames[-1]["0.second", "weight"].shape == (96, 64, 3, 3)


def test_a_layer_says_whom_it_reads_as_far_as_that_is_so(server: Server) -> None:
    loop = OwnLoop()
    with watched(server, loop) as (_, run):
        reads = {layer["name"]: layer["reads"] for layer in run.layers()}
    assert reads == {"first": "input", "norm": "first", "again": None, "drop": None, "last": "drop"}


def test_a_server_of_this_machine_is_asked_without_the_proxy_of_the_environment(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    loop = OwnLoop()
    with watched(server, loop) as (watch, run):
        loop.step(watch)
        wait_until(lambda: run.refresh()["steps"] == 1)
