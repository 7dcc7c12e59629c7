"""The commands beside serving: their arguments, and what becomes of them."""

import argparse
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import Final

from convscope import tokens
from convscope.cli.arguments import add_places, existing, path, places, with_folders
from convscope.cli.terminal import fail
from convscope.settings import Settings
from convscope.signals import handle_from_terminal

NEED_WORKERS = ("train", "fork", "report")
COMMANDS: Final = {
    "train": "train a run without a browser",
    "fork": "fork a run at a step, with something changed",
    "runs": "list the runs",
    "history": "print a run's curves as CSV",
    "report": "write what a run did and learned as one page",
    "export": "export a run to a file",
    "import": "import a run's file",
    "data": "add, list, export or delete one's own labelled pictures",
}


def parser() -> argparse.ArgumentParser:
    """`convscope COMMAND …`; every default is that of Settings."""
    command = argparse.ArgumentParser(
        "convscope",
        description="Work with runs from the command line: through the server that has their "
        "folder open, or in the folder itself if no server is running.",
        epilog="exit status: 0 done, 1 failed (and the reason is printed), 2 wrong arguments, "
        "130 paused by Ctrl-C, with nothing lost",
    )
    commands = command.add_subparsers(dest="command", required=True)
    for name, add in ADDERS.items():
        one = commands.add_parser(
            name, help=COMMANDS[name], description=f"{COMMANDS[name].capitalize()}."
        )
        add(one)
        if name != "data":  # its actions have them
            _add_common(one)
    return command


def _add_train(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--recipe",
        metavar="R",
        help="a model's name, a JSON file or JSON text (default: default, or what fits --data)",
    )
    one.add_argument("--data", metavar="DATA", help="the data set to learn, by its id or title")
    one.add_argument(
        "--steps", type=_count, required=True, metavar="N", help="how many steps to train"
    )
    one.add_argument("--name", help="the run's name")


def _add_fork(one: argparse.ArgumentParser) -> None:
    _add_run(one)
    one.add_argument("--step", type=_count, help="the step to fork at (default: the current one)")
    for name in ("learning-rate", "momentum", "weight-decay"):
        one.add_argument(f"--{name}", type=float, metavar="X", help="from that step on")
    one.add_argument(
        "--recipe", metavar="R", help="other changes to the recipe: JSON text or a JSON file"
    )
    one.add_argument(
        "--steps",
        type=_count,
        default=0,
        metavar="N",
        help="how many steps to train after that (default: 0)",
    )
    one.add_argument("--name", help="the new run's name")


def _add_runs(one: argparse.ArgumentParser) -> None:
    one.add_argument("--json", action="store_true", help="everything about them, as JSON")


def _add_report(one: argparse.ArgumentParser) -> None:
    _add_run(one)
    one.add_argument("-o", "--output", type=path, metavar="FILE", help="default: RUN.html")
    one.add_argument("--force", action="store_true", help="overwrite an existing file")


def _add_export(one: argparse.ArgumentParser) -> None:
    _add_run(one)
    one.add_argument("-o", "--output", type=path, metavar="FILE", help="default: RUN.convscope")
    one.add_argument("--uploads", action="store_true", help="include uploaded images")
    one.add_argument("--data", action="store_true", help="a zip, with its own data set beside it")
    one.add_argument("--force", action="store_true", help="overwrite an existing file")


def _add_import(one: argparse.ArgumentParser) -> None:
    one.add_argument("file", type=path, metavar="FILE", help="a file that export wrote")


def _add_data(one: argparse.ArgumentParser) -> None:
    actions = one.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="make a data set from files and folders")
    add.add_argument(
        "paths",
        type=existing,
        nargs="+",
        metavar="FILE_OR_FOLDER",
        help="a folder or zip with a folder a class, IDX pairs, CIFAR-10's .bin files, or an .npz",
    )
    add.add_argument("--title", help="default: the name of the first file or folder")
    add.add_argument("--licence", metavar="TEXT")
    add.add_argument("--origin", metavar="TEXT", help="where the pictures are from")
    add.add_argument("--size", type=int, metavar="PX", help="height and width")
    add.add_argument(
        "--grey", action=argparse.BooleanOptionalAction, help="default: if all pictures are"
    )
    add.add_argument("--fit", choices=("crop", "pad", "stretch"), help="default: crop")
    add.add_argument(
        "--held-out", type=float, metavar="X", help="share of each class (default: 0.15)"
    )
    add.add_argument("--seed", type=int, metavar="N", help="of the split (default: 0)")
    add.add_argument(
        "--centred",
        action="store_true",
        default=None,
        help="its digits were centred and scaled as MNIST's, so drawings are to be",
    )
    actions.add_parser("list", help="list the data sets")
    export = actions.add_parser("export", help="write a data set to a zip")
    export.add_argument("-o", "--output", type=path, metavar="FILE", help="default: ID.zip")
    delete = actions.add_parser("delete", help="delete an own data set")
    for action in (export, delete):
        action.add_argument("dataset", metavar="DATA", help="an id or a title")
    export.add_argument("--force", action="store_true", help="overwrite an existing file")
    delete.add_argument("--force", action="store_true", help="though runs use it")
    delete.add_argument("-y", "--yes", action="store_true", help="without asking")
    for action in actions.choices.values():
        _add_common(action)


def _add_run(one: argparse.ArgumentParser) -> None:
    one.add_argument("run", metavar="RUN", help="an id, the start of one, or a name")


ADDERS: Final[dict[str, Callable[[argparse.ArgumentParser], None]]] = {
    "train": _add_train,
    "fork": _add_fork,
    "runs": _add_runs,
    "history": _add_run,
    "report": _add_report,
    "export": _add_export,
    "import": _add_import,
    "data": _add_data,
}


def _add_common(one: argparse.ArgumentParser) -> None:
    add = one.add_argument_group("the server, or this command in its place").add_argument
    add_places(add)
    add(
        "--token-file",
        type=path,
        metavar="PATH",
        help=f"the token of a server that needs one (default: {tokens.default_token_file()})",
    )


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 10**9:
        raise argparse.ArgumentTypeError(f"expected 0 to 1,000,000,000, got {text}")
    return number


def main(arguments: Sequence[str]) -> int:
    """Do what a command line says; the exit status."""
    options = parser().parse_args(arguments)
    try:
        settings = with_folders(Settings(**places(options)))
        token = _token(options)
    except (ValueError, OSError) as error:
        return fail(error, 2)
    import asyncio

    # after the command line is known to be good
    from convscope.cli.connection import RefusedError
    from convscope.client import UnreachableError
    from convscope.errors import ConvscopeError

    signal.signal(signal.SIGTERM, _interrupt)
    handle_from_terminal(_interrupt)
    try:
        return asyncio.run(_do(options, settings, token))
    except BrokenPipeError:  # whoever read what is printed has enough, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (RefusedError, UnreachableError, ConvscopeError, OSError) as error:
        return fail(error, 1)
    except KeyboardInterrupt:
        return fail("Interrupted: everything acknowledged is kept.", 130)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """As Ctrl-C: all that was begun is ended in order, and no temporary file is left."""
    raise KeyboardInterrupt


async def _do(options: argparse.Namespace, settings: Settings, token: str | None) -> int:
    from convscope.cli import data_commands, run_commands, train_commands
    from convscope.cli.connection import connect_or_run
    from convscope.client import AsyncClient

    doers: dict[str, Callable[[AsyncClient, argparse.Namespace], Awaitable[int]]] = {
        "train": train_commands.train,
        "fork": train_commands.fork,
        "runs": run_commands.runs,
        "history": run_commands.history,
        "report": run_commands.report,
        "export": run_commands.export,
        "import": run_commands.import_,
        "data": data_commands.data,
    }
    works = options.command in NEED_WORKERS
    async with connect_or_run(settings, token, works=works) as client:
        return await doers[options.command](client, options)


def _token(options: argparse.Namespace) -> str | None:
    """As the server finds it; the usual file without being asked, if there is one."""
    if options.token_file:
        return tokens.read(options.token_file)
    if found := tokens.from_environment():
        return found
    with suppress(FileNotFoundError):
        return tokens.read(tokens.default_token_file())
    return None
