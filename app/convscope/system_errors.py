"""What the machine under the server refuses, as sentences: no stranger's fault, and no bug."""

import errno
import os
import sqlite3
from enum import Enum


class Trouble(Enum):
    """What a person can do something about; its value says what it is."""

    FULL = "The disk is full"
    FILES = "As many files and connections are open as may be (`ulimit -n`)"
    GONE = "A file or folder of the runs is gone"
    LOCKED = "The folder of the runs cannot be written to"
    OTHER = "The disk or the system fails"


FILES_OF_A_DATABASE = 8  # its own, WAL, shared memory, the folder, and some for others
BY_ERRNO = {
    errno.ENOSPC: Trouble.FULL,
    errno.EDQUOT: Trouble.FULL,
    errno.EMFILE: Trouble.FILES,
    errno.ENFILE: Trouble.FILES,
    errno.ENOENT: Trouble.GONE,
    errno.ENOTDIR: Trouble.GONE,
    errno.ESTALE: Trouble.GONE,
    errno.EACCES: Trouble.LOCKED,
    errno.EPERM: Trouble.LOCKED,
    errno.EROFS: Trouble.LOCKED,
}
BY_SQLITE = {
    "SQLITE_FULL": Trouble.FULL,
    "SQLITE_CANTOPEN": Trouble.GONE,
    "SQLITE_READONLY": Trouble.LOCKED,
}


def trouble_of(error: Exception) -> Trouble:
    """What an error of the system, or of SQLite, is about."""
    if isinstance(error, OSError):
        return BY_ERRNO.get(error.errno or 0, Trouble.OTHER)
    name = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])  # less its details
    found = BY_SQLITE.get(name, Trouble.OTHER)
    # SQLite does not tell why it cannot open a file
    return Trouble.FILES if found is Trouble.GONE and _no_file_can_be_opened() else found


def is_of_the_system(error: sqlite3.Error) -> bool:
    """Whether SQLite met the disk's limits, rather than something wrong in a file."""
    name = getattr(error, "sqlite_errorname", "")
    return trouble_of(error) is not Trouble.OTHER or name.startswith(("SQLITE_IOERR", "SQLITE_NOM"))


def _no_file_can_be_opened() -> bool:
    """Whether as many as a database takes cannot be opened now."""
    opened: list[int] = []
    try:
        while len(opened) < FILES_OF_A_DATABASE:
            opened.append(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno in (errno.EMFILE, errno.ENFILE)
    finally:
        for file in opened:
            os.close(file)
    return False


def system_sentence(error: Exception, consequence: str = "") -> str:
    """What is wrong, and what comes of it (`, so …`); no path of the server's is told."""
    trouble = trouble_of(error)
    why = error.strerror if isinstance(error, OSError) else str(error).rstrip(".")
    details = f" ({why or type(error).__name__})" if trouble is Trouble.OTHER else ""
    return f"{trouble.value}{details}{consequence or ': try again later'}."
