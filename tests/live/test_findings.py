"""Findings over REST: listed, told on the stream, kept, forked, forgotten."""

import json
from pathlib import Path
from typing import Any

from tests.support.server import LiveRun, Server
from tests.support.waiting import wait_until

KILL = {"type": "set", "layer": "conv2", "tensor": "bias", "value": -1000.0}
PLACE = {"layer": "conv2", "filter": 3}


def kinds(run: LiveRun) -> list[tuple[str, int]]:
    return [(one["kind"], one["step"]) for one in run.get("/findings")["findings"]]


def killed(run: LiveRun, *filters: int) -> None:
    """Let filters of conv2 die, and wait until that was found."""
    before = run.get()["finding_count"]
    for number in filters:
        run.post("/interventions", **KILL, index=[number])
    wait_until(lambda: run.get()["finding_count"] == before + len(filters), "they are found")


def test_a_finding_is_listed_in_the_run_and_told_to_whoever_watches(run: LiveRun) -> None:
    assert run.get("/findings") == {"findings": [], "next": None}
    with run.stream() as socket:
        killed(run, 3)
        [found] = run.get("/findings")["findings"]
        assert (found["kind"], found["step"], found["place"]) == ("filter_died", 0, PLACE)
        assert found["numbers"] == {"images": 1000.0}
        told: Any = None
        while told != found:
            message = socket.recv(10)
            told = json.loads(message)["run"]["latest_finding"] if str(message) == message else 0
    assert run.get()["latest_finding"] == found


def test_findings_come_in_pages_and_a_past_step_has_those_until_then(run: LiveRun) -> None:
    run.post("/step", steps=10)
    wait_until(lambda: kinds(run) == [("passed_guessing", 10)], "it is found")
    run.post("/step", steps=2)
    killed(run, 1, 2)
    pages = [run.get("/findings", limit=2)]
    pages.append(run.get("/findings", limit=2, cursor=pages[0]["next"]))
    assert [[one["id"] for one in page["findings"]] for page in pages] == [[1, 2], [3]]
    assert pages[1]["next"] is None
    then = run.get(step=11)
    assert (then["finding_count"], then["latest_finding"]["kind"]) == (1, "passed_guessing")
    assert run.get(step=9)["latest_finding"] is None


def test_a_fork_has_the_findings_up_to_where_it_leaves_and_a_reset_none(run: LiveRun) -> None:
    killed(run, 3)
    run.post("/step", steps=10)
    wait_until(lambda: run.get()["finding_count"] == 2, "it passed guessing")
    early = LiveRun(run.server, run.post("/fork", step=5)["id"])
    assert kinds(early) == [("filter_died", 0)]
    early.post("/step", steps=10)
    wait_until(lambda: len(kinds(early)) == 2, "it passed guessing too")
    assert [kind for kind, _ in kinds(early)] == ["filter_died", "passed_guessing"], "each once"
    kept = LiveRun(run.server, run.post("/reset")["previous_run"])
    assert kinds(run) == []
    assert kinds(kept) == [("filter_died", 0), ("passed_guessing", 10)]
    killed(run, 3)
    assert run.get("/findings")["findings"][0]["id"] == 1
    for made in (early, kept):
        made.delete()


def test_findings_outlast_a_server_that_is_killed_and_are_not_found_again(tmp_path: Path) -> None:
    server = Server(tmp_path)
    run = server.run()
    killed(run, 3)
    run.post("/step", steps=10)
    wait_until(lambda: run.get()["finding_count"] == 2, "it passed guessing")
    found = run.get("/findings")
    run.post("/interventions", type="freeze", layer="conv1", filter=0)  # durable with all before
    server.kill()
    with Server(tmp_path) as again:
        after = LiveRun(again, run.id)
        assert after.get("/findings") == found
        after.post("/step", steps=10)
        wait_until(lambda: after.get()["held_out_step"] == 20)
        assert after.get("/findings") == found


def test_an_export_takes_its_findings_along(run: LiveRun) -> None:
    killed(run, 3)
    file = run.send("GET", "/export").content
    answer = run.server.http.post("/runs/import", files={"file": ("a.convscope", file)})
    made = LiveRun(run.server, answer.json()["id"])
    assert made.get("/findings") == run.get("/findings")
    made.delete()


def test_what_is_taken_back_in_a_halt_is_no_finding_any_more(server: Server) -> None:
    with server.run() as run:
        run.post("/step", steps=9)
        run.send("PATCH", json={"learning_rate": 1e30})
        run.post("/step", steps=5)  # at step 10 it is measured, and all is dead
        halted = run.wait_for("halted")
        assert halted["step"] == 9
        wait_until(lambda: run.get()["held_out_step"] == 9)
        assert [step for _, step in kinds(run) if step > 9] == []
