"""What Prometheus reads of a server that really trains."""

import json
import os
import signal
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.processes import children, worker_of
from tests.support.server import Server, next_frame
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose numbers are those of this file's tests alone."""
    with Server(tmp_path_factory.mktemp("monitoring")) as started:
        yield started


def measured(server: Server) -> dict[str, float]:
    """Every sample: `name` or `name{value,value}`."""
    answer = httpx.get(f"{server.url}/metrics")
    assert answer.status_code == 200, answer.text
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for one in family.samples:
            labels = ",".join(one.labels.values())
            found[f"{one.name}{{{labels}}}" if labels else one.name] = one.value
    return found


def test_steps_frames_viewers_and_workers_are_counted(watched: Server) -> None:
    before = measured(watched)
    assert (before["convscope_workers"], before["convscope_viewers"]) == (0, 0)
    with watched.run() as run:
        run.post("/step", steps=7)
        with run.stream() as socket:
            socket.send(json.dumps({"type": "watch", "tensors": [{"tensor": "weight"}]}))
            next_frame(socket)
            then = measured(watched)
        assert then["convscope_steps_total"] == 7
        assert then["convscope_runs{ready}"] == 1
        assert (then["convscope_workers"], then["convscope_viewers"]) == (1, 1)
        assert then["convscope_frames_sent_total"] >= 1
        assert then["convscope_frame_bytes_total"] > 1000
        assert then["convscope_requests_total{POST,/api/v1/runs/{run_id}/step,200}"] == 1
        wait_until(lambda: measured(watched)["convscope_viewers"] == 0)
        wait_until(lambda: measured(watched)["convscope_disk_used_bytes"] > 0)  # as of a second ago
    assert measured(watched)["convscope_runs{ready}"] == 0


def test_a_worker_that_replaces_a_dead_one_is_counted(watched: Server) -> None:
    others = children(watched.process.pid)
    with watched.run() as run:
        worker = worker_of(watched, run, others)
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: measured(watched)["convscope_worker_restarts_total"] == 1)


def test_the_lag_of_the_event_loop_is_looked_at_again_and_again(watched: Server) -> None:
    looked = measured(watched)["convscope_event_loop_lag_seconds_count"]
    wait_until(lambda: measured(watched)["convscope_event_loop_lag_seconds_count"] > looked)
