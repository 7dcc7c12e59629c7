"""Workers that are there and do not go on: found by a heartbeat, told, and replaced."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.resilience.hanging_seeds import ANSWERS_LATE, AT_STEP, FILLS_MEMORY, SLEEPS, SPINS
from tests.support.processes import alive, children, parent, worker_of
from tests.support.server import LiveRun, Server
from tests.support.waiting import wait_until

NOTICED_S = 5.0
BUSY_S = 5.0  # more, where other tests use the machine
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hanging")
    with Server(folder, module="tests.resilience.hanging") as started:
        started.run().post("/step", steps=1)
        yield started


@pytest.fixture
def run(server: Server) -> Iterator[LiveRun]:
    with server.run() as made:
        yield made


def told(run: LiveRun, words: str) -> str:
    """The run's problem, once it has these words."""
    wait_until(lambda: words in (run.get()["problem"] or ""), f"the problem says {words!r}")
    return str(run.get()["problem"])


def trains_on(run: LiveRun) -> None:
    here = run.get()["steps"]
    wait_until(lambda: run.get()["steps"] > here, "it trains on")


def restarts(server: Server) -> float:
    page = server.http.get(f"{server.url}/metrics").text
    [line] = [row for row in page.splitlines() if row.startswith("convscope_worker_restarts_total")]
    return float(line.split()[1])


def new_child(server: Server, before: set[int]) -> int:
    wait_until(lambda: children(server.process.pid) - before, "a process comes")
    return (children(server.process.pid) - before).pop()


def test_a_worker_that_is_stopped_is_replaced_and_those_who_wait_are_told(server: Server) -> None:
    before = children(server.process.pid)
    with server.run() as run, ThreadPoolExecutor() as threads:
        worker = worker_of(server, run, before)
        run.send("PATCH", json={"steps_per_second": None})
        run.post("/play")
        os.kill(worker, signal.SIGSTOP)
        began = time.monotonic()
        asking = threads.submit(run.send, "GET", "/layers/conv1/tensors/weight")
        said = told(run, "did not answer any more (stopped, or swapped out)")
        assert time.monotonic() - began < NOTICED_S + BUSY_S
        assert "It went on from what is kept, and nothing is lost." in said
        run.wait_for("playing")
        trains_on(run)
        answer = asking.result(PATIENCE_S)
        wait_until(lambda: not alive({worker}), "it is gone")
        assert answer.status_code == 503, answer.text
        assert answer.json()["code"] == "worker_died"
        assert "did not answer any more" in answer.json()["detail"]
        assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("seed", [SLEEPS, SPINS], ids=["sleeps", "computes"])
def test_a_step_without_an_end_is_ended_and_its_run_goes_on_from_what_is_kept(
    server: Server, seed: int
) -> None:
    counted = restarts(server)
    with server.run(seed=seed) as run:
        began = time.monotonic()
        answer = run.send("POST", "/step", json={"steps": AT_STEP + 1})
        assert answer.status_code == 503, answer.text
        assert "came to no end with what it did" in answer.json()["detail"]
        assert int(answer.headers["Retry-After"]) > 0
        assert time.monotonic() - began < NOTICED_S + BUSY_S
        assert "It went on from what is kept" in told(run, "came to no end")
        assert run.wait_for("ready")["steps"] <= AT_STEP
    assert restarts(server) == counted + 1


@pytest.mark.slow
def test_a_step_that_never_ends_three_times_in_a_row_is_not_tried_again(server: Server) -> None:
    with server.run(seed=SLEEPS) as run:
        run.send("PATCH", json={"steps_per_second": None})
        run.post("/play")
        failed = run.wait_for("failed")
        assert "third time in a row" in failed["problem"]
        assert failed["steps"] <= AT_STEP


@pytest.mark.slow
def test_a_question_that_takes_long_is_answered_by_the_worker_that_was_asked(
    server: Server,
) -> None:
    counted = restarts(server)
    with server.run(seed=ANSWERS_LATE) as run:
        assert run.send("GET", "/weights").status_code == 200
        assert run.get()["problem"] is None
    assert restarts(server) == counted


@pytest.mark.slow
def test_a_server_that_was_stopped_itself_takes_no_worker_for_dead(
    server: Server, run: LiveRun
) -> None:
    run.post("/play")
    counted = restarts(server)
    os.kill(server.process.pid, signal.SIGSTOP)
    time.sleep(2 * NOTICED_S)
    os.kill(server.process.pid, signal.SIGCONT)
    trains_on(run)
    time.sleep(2)  # of pings
    assert run.get()["problem"] is None
    assert restarts(server) == counted


def test_a_replay_worker_that_is_stopped_is_replaced_and_the_training_unhurt(
    server: Server, run: LiveRun
) -> None:
    run.post("/step", steps=30)
    before = children(server.process.pid)
    assert run.get(step=10)["step"] == 10
    [replay] = children(server.process.pid) - before
    os.kill(replay, signal.SIGSTOP)
    answer = run.send("GET", params={"step": 20})
    assert answer.status_code == 503, answer.text
    assert "did not answer any more" in answer.json()["detail"]
    assert int(answer.headers["Retry-After"]) > 0
    assert "It computed past steps; the next look has another." in told(run, "did not answer")
    assert run.get(step=20)["step"] == 20
    assert run.post("/step", steps=1)["steps"] == 31
    wait_until(lambda: not alive({replay}), "it is gone")


@pytest.mark.slow
def test_a_worker_that_never_says_it_is_up_is_replaced(server: Server) -> None:
    before = children(server.process.pid)
    with server.run() as run:
        os.kill(new_child(server, before), signal.SIGSTOP)
        assert run.post("/step", steps=3)["steps"] == 3


def test_a_forkserver_that_ends_is_started_again_and_its_workers_go_on(server: Server) -> None:
    before = children(server.process.pid)
    with server.run() as run:
        worker = worker_of(server, run, before)
        run.send("PATCH", json={"steps_per_second": None})
        run.post("/play")
        forkserver = parent(worker)
        os.kill(forkserver, signal.SIGKILL)
        with server.run() as other:
            assert other.post("/step", steps=3)["steps"] == 3
        trains_on(run)
        assert run.get()["problem"] is None
        os.kill(worker, signal.SIGSTOP)  # of which no forkserver can tell that it ended
        told(run, "did not answer any more")
        wait_until(lambda: not alive({worker}), "it is gone")
        run.wait_for("playing")


def test_a_forkserver_that_ends_is_started_again_before_anybody_needs_it(server: Server) -> None:
    before = children(server.process.pid)
    with server.run() as run:
        forkserver = parent(worker_of(server, run, before))
    wait_until(lambda: children(server.process.pid) <= before, "its worker is gone")
    os.kill(forkserver, signal.SIGKILL)
    began = time.monotonic()
    new_child(server, before)
    assert time.monotonic() - began < NOTICED_S + BUSY_S


def test_a_step_that_fills_the_memory_is_told_in_words_and_hurts_no_other(
    server: Server, run: LiveRun
) -> None:
    run.send("PATCH", json={"steps_per_second": None})
    run.post("/play")
    with server.run(seed=FILLS_MEMORY) as greedy:
        greedy.post("/step", steps=AT_STEP + 1)
        halted = greedy.wait_for("halted")
        assert f"Step {AT_STEP + 1} ran out of memory" in halted["problem"]
        assert halted["steps"] == AT_STEP
    trains_on(run)
    assert run.get()["problem"] is None
