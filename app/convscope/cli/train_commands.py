"""`convscope train` and `convscope fork`: a run trained without a browser, which the page opens."""

import argparse
import asyncio
import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from convscope.cli.connection import RefusedError
from convscope.cli.data_commands import find_dataset
from convscope.cli.progress import Progress
from convscope.cli.terminal import complain, in_words, say
from convscope.client import AsyncClient, AsyncRun
from convscope.signals import FROM_TERMINAL
from convscope.types import JsonObject

PIECE_S = 0.4  # of training between two looks at the bar
MOST_STEPS = 1000  # in one piece
NUMBERS = (signal.SIGINT, signal.SIGTERM, *FROM_TERMINAL)
MARK = "\ufeff"  # of byte order, which editors put first
INTERRUPTED = 130  # the exit status that shells know for Ctrl-C


async def train(client: AsyncClient, options: argparse.Namespace) -> int:
    """Make a run from a recipe and train it."""
    run = AsyncRun(client, await client.post("/runs", await _recipe(client, options)))
    if options.name:
        await run.change(name=options.name)
    return await _go_on(run, options.steps)


async def _recipe(client: AsyncClient, options: argparse.Namespace) -> JsonObject:
    """What is asked for; with a data set alone, a recipe that fits it."""
    if not options.data:
        return read_recipe(options.recipe or "default")
    dataset = (await find_dataset(client, options.data))["id"]
    if options.recipe:
        return read_recipe(options.recipe) | {"data": {"dataset": dataset}}
    return await client.dataset_recipe(dataset)


async def fork(client: AsyncClient, options: argparse.Namespace) -> int:
    """Leave a run at a step, changed, and perhaps train what comes of it."""
    parent = await client.run(options.run)
    body = {"step": options.step, "recipe": _changes(options), "name": options.name}
    run = AsyncRun(client, await client.post(f"/runs/{parent.id}/fork", body))
    at = run.info["parent"]["step"]
    complain(f"{run.id} was forked from {parent.id} at step {at:,}.")
    return await _go_on(run, options.steps)


def _changes(options: argparse.Namespace) -> JsonObject:
    """The parts of the recipe that are other from there on."""
    recipe = read_recipe(options.recipe) if options.recipe else {}
    given = {name: getattr(options, name) for name in ("learning_rate", "momentum", "weight_decay")}
    settings = {name: value for name, value in given.items() if value is not None}
    if settings:
        recipe["optimizer"] = recipe.get("optimizer", {}) | settings
    return recipe


def read_recipe(text: str) -> JsonObject:
    """A recipe from JSON text, a JSON file (UTF-8, UTF-16 or UTF-32, with or without a byte-order
    mark), or the name of a model; RefusedError for no JSON object, or a file that can't be read."""
    data = text.removeprefix(MARK).encode(errors="surrogateescape")
    if not data.lstrip().startswith(b"{"):
        path = _expanded(text)
        if path.suffix != ".json" and not path.is_file():
            return {"network": text}  # the server knows the names, and says which there are
        try:
            data = path.read_bytes()
        except OSError as error:
            raise RefusedError(f"The recipe cannot be read: {in_words(error)}") from error
    try:
        recipe = json.loads(data)  # tells the encoding by the first bytes, as the server does
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"The recipe is not JSON: {error}.") from error
    if not isinstance(recipe, dict):
        raise RefusedError('A recipe is a JSON object, such as {"seed": 7}.')
    return recipe


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # no home is known
        return Path(text)


async def _go_on(run: AsyncRun, steps: int) -> int:
    """Train so many more steps; Ctrl-C ends that after the piece in hand, and nothing is lost."""
    first = _step(run)
    progress = Progress(first, first + steps)
    with _interruptions() as stopped:
        while steps and _step(run) < first + steps and not stopped.is_set():
            await _piece(run, first + steps, progress)
            if run.state in ("halted", "failed"):
                progress.end()
                raise RefusedError(f"{run.id}: {run.info['problem']}")
    if steps:
        progress.end()
    return _farewell(run, interrupted=stopped.is_set())


def _step(run: AsyncRun) -> int:
    return run.info["step"] or 0


async def _piece(run: AsyncRun, last: int, progress: Progress) -> None:
    """About as many steps as take PIECE_S; few at first, while nothing is known of their speed."""
    likely = int(progress.speed * PIECE_S) or 4
    await run.step(until=min(_step(run) + min(likely, MOST_STEPS), last))
    progress.tell(run.info)


def _farewell(run: AsyncRun, *, interrupted: bool) -> int:
    """The run's id on the standard output, for whatever comes next; the rest is for people."""
    word = "Paused" if interrupted else "Done"
    complain(f"{word} at step {_step(run):,}. Start `convscope` to view it or train on.")
    say(run.id)
    return INTERRUPTED if interrupted else 0


@contextmanager
def _interruptions() -> Iterator[asyncio.Event]:
    """Set at Ctrl-C, SIGTERM or when the terminal is closed, instead of what these usually do; a
    second one does that."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    usual = {number: signal.getsignal(number) for number in NUMBERS}
    numbers = [number for number, handler in usual.items() if handler is not signal.SIG_IGN]

    def back() -> None:
        for number in numbers:
            loop.remove_signal_handler(number)
            signal.signal(number, usual[number])

    def stop() -> None:
        stopped.set()
        back()

    for number in numbers:
        loop.add_signal_handler(number, stop)
    try:
        yield stopped
    finally:
        back()
