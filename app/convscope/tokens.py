"""The token that opens a server to other machines, the file it lives in, and its cookie."""

import contextlib
import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from convscope.settings import default_state_dir, must_have_home


def default_token_file() -> Path:
    """Where `--token` keeps it: `$XDG_STATE_HOME/convscope/token`, or `~/.local/state/…`."""
    return default_state_dir() / "token"


def from_environment() -> str | None:
    """What CONVSCOPE_TOKEN says, or None."""
    return os.environ.get("CONVSCOPE_TOKEN") or None


def read_or_make(path: Path) -> str:
    """The token in a file that only its owner can read, made of 256 random bits where missing.

    Raises ValueError, with a sentence, for a file that others can read or that is empty, and
    OSError where it can be neither read nor written.
    """
    try:
        return read(path)
    except FileNotFoundError:
        make(path)
        return read(path)


def make(path: Path) -> None:
    """Write a new token to a file of mode 0600; one that is there already is left as it is.

    It is written whole under another name first, so two servers started together agree on one.
    ValueError where it would lie in a home that nobody knows.
    """
    must_have_home(path, "--token-file")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
        with contextlib.suppress(FileExistsError):  # then the other one's is the token
            os.link(draft, path)
    finally:
        draft.unlink()


def read(path: Path) -> str:
    """The token in a file, checked to be its owner's alone."""
    with path.open() as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        token = file.read(4096).strip()
    if os.name == "posix" and mode & 0o077:
        raise ValueError(
            f"{path} can be read by other users (mode {mode:04o}): run chmod 600 {path}"
        )
    if not token:
        raise ValueError(f"{path} holds no token: delete it to have a new one made.")
    return token


def same(given: str, expected: str) -> bool:
    """Compare two secrets in a time that tells nothing about where they differ."""
    return hmac.compare_digest(given.encode(), expected.encode())


def cookie_value(token: str) -> str:
    """What a browser keeps instead of the token: it opens this server and reveals nothing of it."""
    return hmac.new(token.encode(), b"convscope cookie, version 1", hashlib.sha256).hexdigest()
