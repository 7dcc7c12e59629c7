"""Kinds of values on the command line, each refused with a sentence; and the folders they name."""

import argparse
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Any

from convscope.settings import DEVICES, Settings, must_have_home


def path(text: str) -> Path:
    """A path whose `~` is a home folder: a shell leaves that of `--state-dir=~/runs` alone."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise argparse.ArgumentTypeError(
            f"expected ~ to stand for a home folder, got {text!r}, of which none is known"
        ) from None


def existing(text: str) -> Path:
    """A file or folder that is there."""
    found = path(text)
    if not found.exists():
        raise argparse.ArgumentTypeError(f"expected a file or folder, got {text!r}, which is none")
    return found


def folder(text: str) -> Path:
    """A folder that is there."""
    found = path(text)
    if not found.is_dir():
        raise argparse.ArgumentTypeError(f"expected a folder, got {text!r}, which is none")
    return found


def gigabytes(text: str) -> float:
    """More than 0, and finite."""
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not (isfinite(number) and number > 0):
        raise argparse.ArgumentTypeError(f"expected a number of GB above 0, got {text!r}")
    return number


def add_places(add: Callable[..., object]) -> None:
    """Where runs are computed and kept, as every command is told it."""
    usual = Settings()
    add("--device", choices=DEVICES, default=usual.device, help="default: %(default)s")
    add("--data-dir", action="append", type=folder, metavar="PATH", help="data sets; repeatable")
    add("--cache-dir", type=path, default=usual.cache_dir, help="default: %(default)s")
    add("--state-dir", type=path, default=usual.state_dir, help="runs (default: %(default)s)")


def places(options: argparse.Namespace) -> dict[str, Any]:
    """The settings that `add_places` asks for."""
    return {
        "device": options.device,
        "data_dirs": (*(options.data_dir or ()), *Settings().data_dirs),
        "cache_dir": options.cache_dir,
        "state_dir": options.state_dir,
    }


def with_folders(settings: Settings) -> Settings:
    """The same settings; ValueError where a folder of them is in a home that nobody knows."""
    must_have_home(settings.state_dir, "--state-dir")
    must_have_home(settings.cache_dir, "--cache-dir")
    return settings
