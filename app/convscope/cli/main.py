"""The `convscope` command line: serve, or do what a command says."""

import argparse
from collections.abc import Sequence

from convscope import __version__
from convscope.cli.arguments import add_places, gigabytes, path, places, with_folders
from convscope.cli.commands import COMMANDS
from convscope.cli.commands import main as obey
from convscope.cli.terminal import fail, prepare
from convscope.settings import Settings
from convscope.tokens import default_token_file, from_environment, read_or_make


def parser() -> argparse.ArgumentParser:
    """The command line; every default is that of Settings."""
    usual = Settings()
    command = argparse.ArgumentParser(
        "convscope",
        description="Watch every weight of a CNN learn.",
        epilog=f"convscope {'|'.join(COMMANDS)} --help: from the command line, without a browser",
    )
    add = command.add_argument
    add("--version", action="version", version=f"convscope {__version__}")
    add("--host", default=usual.host, help="address to listen on (default: %(default)s)")
    add("--port", type=int, default=usual.port, help="default: %(default)s; 0: any free port")
    add(
        "--allow-host",
        action="append",
        metavar="NAME",
        help="also answer to this host name; repeatable",
    )
    add(
        "--root-path",
        default=usual.root_path,
        metavar="PATH",
        help="serve below this path, such as /convscope, whether a proxy strips it or not",
    )
    add(
        "--trust-proxy",
        action="append",
        metavar="ADDRESS",
        help="heed X-Forwarded-Prefix, -Proto and -Host from this address or range; repeatable",
    )
    add(
        "--allow-embed",
        action="append",
        metavar="ORIGIN",
        help="let pages of this origin, such as http://localhost:8888, embed runs; repeatable",
    )
    add("--token", action="store_true", help=f"require a token, kept in {default_token_file()}")
    add("--token-file", type=path, metavar="PATH", help="… kept in this file, created if missing")
    add_places(add)
    add(
        "--max-disk",
        type=gigabytes,
        default=usual.max_disk_bytes / 1e9,
        metavar="GB",
        help="disk space for all runs and own data sets (default: %(default)s)",
    )
    add("--max-runs", type=int, default=usual.max_runs, help="default: %(default)s")
    add("--max-batch-size", type=int, default=usual.max_batch_size, help="default: %(default)s")
    add(
        "--unwatched-pause",
        type=float,
        default=usual.unwatched_pause_s,
        metavar="S",
        help="pause a run that nobody watches after this many seconds (default: %(default)s)",
    )
    add(
        "--viewer-timeout",
        type=float,
        default=usual.viewer_send_timeout_s,
        metavar="S",
        help="disconnect a viewer that stalls for this many seconds (default: %(default)s)",
    )
    add(
        "--end-when-idle",
        type=float,
        metavar="S",
        help="end once nobody has watched, and nothing has trained, for this many seconds",
    )
    add("--log-json", action="store_true", help="log requests and errors as JSON, one line each")
    add("--open", action="store_true", help="open the page in the browser")
    return command


def find_token(options: argparse.Namespace) -> str | None:
    """The token by `--token-file`, `--token` or CONVSCOPE_TOKEN, in this order, or None."""
    if options.token_file:
        return read_or_make(options.token_file)
    if given := from_environment():
        return given
    return read_or_make(default_token_file()) if options.token else None


def settings_from(options: argparse.Namespace) -> Settings:
    """The settings that a command line asks for; ValueError or OSError where it cannot be."""
    return Settings(
        host=options.host,
        port=options.port,
        allowed_hosts=tuple(options.allow_host or ()),
        root_path=options.root_path,
        trusted_proxies=tuple(options.trust_proxy or ()),
        embedding_origins=tuple(options.allow_embed or ()),
        token=find_token(options),
        **places(options),
        max_disk_bytes=int(options.max_disk * 1e9),
        max_runs=options.max_runs,
        max_batch_size=options.max_batch_size,
        unwatched_pause_s=options.unwatched_pause,
        viewer_send_timeout_s=options.viewer_timeout,
        end_when_idle_s=options.end_when_idle,
        log_json=options.log_json,
    )


def main(arguments: Sequence[str]) -> int:
    """Run the server until it is told to stop, or do what a command says; the exit status: 0, 1
    for a port, the folder of the runs or what cannot be done, 2 for settings."""
    prepare()
    if arguments and arguments[0] in COMMANDS:
        return obey(arguments)
    options = parser().parse_args(arguments)
    try:
        settings = with_folders(settings_from(options))
    except (ValueError, OSError) as error:
        return fail(error, 2)
    from convscope import server  # after the command line is known to be good: it takes a while
    from convscope.storage.directory import InUseError

    try:
        server.serve(settings, open_page=options.open)
    except (server.CannotListenError, InUseError, OSError) as error:
        return fail(error, 1)
    return 0
