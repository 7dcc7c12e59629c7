"""What is written to a terminal: names come from anybody, so what would steer it is only shown."""

import sys
import unicodedata
from typing import TextIO

STEERING = ("Cc", "Cf", "Zl", "Zp")  # Unicode's controls, invisible formats, and line ends
JOINERS = "\u200c\u200d"  # within words and emoji


def prepare() -> None:
    """Write what the terminal's encoding lacks as its escape, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def say(text: object, out: TextIO | None = None) -> None:
    """One line on the standard output, or on another."""
    print(visible(str(text)), file=out or sys.stdout)


def complain(text: object) -> None:
    """One line on the standard error, for people."""
    say(text, sys.stderr)


def fail(error: object, status: int) -> int:
    """Say why a command ends, and give its exit status."""
    complain(f"convscope: {in_words(error)}")
    return status


def confirmed(question: str) -> bool:
    """Whether the person at the terminal says yes; anything else, the input's end too, is no."""
    sys.stderr.write(f"{visible(question)} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def in_words(error: object) -> object:
    """A file's trouble without the system's number: `photo.png: no such file or directory.`"""
    if not isinstance(error, OSError) or not error.strerror or error.filename is None:
        return error
    return f"{error.filename}: {error.strerror[0].lower()}{error.strerror[1:]}."


def visible(text: str) -> str:
    """A text with every character that steers a terminal written as its escape: `\\x1b`."""
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if unicodedata.category(character) not in STEERING or character in JOINERS:
        return character
    return character.encode("unicode_escape").decode("ascii")


def can_write(text: str, out: TextIO) -> bool:
    """Whether a stream's encoding has these characters."""
    try:
        text.encode(out.encoding or "utf-8")
    except (UnicodeError, LookupError):
        return False
    return True
