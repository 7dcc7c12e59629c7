"""What Prometheus is told of a server: counted as it happens, or looked up when it asks."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter

from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from convscope.api.monitoring.requests import Requests
from convscope.budget import Budget
from convscope.runs.registry import Registry
from convscope.settings import Settings
from convscope.storage.directory import RunDirectory
from convscope.types import RunKind, RunState

LOOK_EVERY_S = 1.0
LAG_BUCKETS_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Monitor(Collector):
    """One for each application, with a registry of its own: nothing is shared in a process."""

    def __init__(
        self,
        settings: Settings,
        runs: Registry,
        directory: RunDirectory,
        budget: Budget,
        templates: Callable[[], Mapping[object, str]],
    ) -> None:
        self._settings, self._runs, self._directory = settings, runs, directory
        self._budget = budget
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(self)
        self.requests = Requests(self._registry, templates, log_each=settings.log_json)
        self._disk = Gauge(
            "convscope_disk_used_bytes",
            "What runs, deleted ones and own data sets take of the disk",
            registry=self._registry,
        )
        self._lag = Histogram(
            "convscope_event_loop_lag_seconds",
            "How late the server's event loop was, looked at once a second",
            registry=self._registry,
            buckets=LAG_BUCKETS_S,
        )

    async def watch_loop(self) -> None:
        """For ever: measure how late the loop comes."""
        while True:
            began_s = perf_counter()
            await asyncio.sleep(LOOK_EVERY_S)
            self._lag.observe(max(0.0, perf_counter() - began_s - LOOK_EVERY_S))

    async def told(self, accept: str) -> tuple[bytes, str]:
        """All of it in the format that is asked for, and that format's media type; written in a
        thread, since it is long."""
        return await asyncio.to_thread(self._written, accept)

    def _written(self, accept: str) -> tuple[bytes, str]:
        try:
            self._disk.set(self._directory.used_bytes())
        except OSError:  # the disk fails; the rest is worth the more
            self._disk.set(float("nan"))
        encode, media_type = choose_encoder(accept)
        return encode(self._registry), media_type

    def collect(self) -> Iterator[Metric]:
        """What is known without being counted here."""
        yield from self._of_runs()
        yield from self._of_counts()
        yield _gauge("disk_limit_bytes", "What they may take", self._settings.max_disk_bytes)
        uploads = "Bodies above 64 KiB that are on their way, or wait for room"
        yield _gauge("uploads_in_flight", uploads, self._budget.in_flight)

    def _of_runs(self) -> Iterator[Metric]:
        runs = list(self._runs.runs)  # at once: this is a thread, and runs come and go
        states = Counter(run.state for run in runs)
        by_state = GaugeMetricFamily("convscope_runs", "Runs by state", labels=["state"])
        for state in RunState:
            by_state.add_metric([state], states[state])
        yield by_state
        trained = [run for run in runs if run.kind is RunKind.TRAINED]
        awake = sum(run.is_awake and run.state is not RunState.FAILED for run in trained)
        yield _gauge("workers", "Runs that have a worker, or are about to", awake)
        yield _gauge("workers_limit", "How many may (--max-runs)", self._settings.max_runs)
        yield _gauge("viewers", "Streams that are open", sum(len(run.viewers) for run in runs))

    def _of_counts(self) -> Iterator[Metric]:
        counts = self._runs.counts
        for name, what, value in (
            ("steps", "Steps that were trained", counts.steps),
            ("frames_sent", "Frames that viewers got", counts.frames_sent),
            ("frames_dropped", "Frames that a slow viewer skipped", counts.frames_dropped),
            ("frame_bytes", "Bytes of frames that were sent", counts.frame_bytes),
            ("worker_restarts", "Workers that replaced a dead one", counts.worker_restarts),
        ):
            yield CounterMetricFamily(f"convscope_{name}", what, value)


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"convscope_{name}", what, value)
