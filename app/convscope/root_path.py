"""The path that Convscope is under, where it is not alone at its address."""

import re

PATH = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)+")
# how its own paths begin: under one of these nobody could tell whether a proxy has stripped it
OWN = (
    "api",
    "compare",
    "data",
    "docs",
    "embed",
    "lessons",
    "metrics",
    "openapi.json",
    "runs",
    "samples",
    "static",
)


def canonical_root_path(text: str) -> str:
    """The one spelling, without a slash at its end: empty where there is no such path.

    Raises ValueError, with a sentence, for what is no path or begins as one of Convscope's own.
    """
    path = text.removesuffix("/")
    parts = path.split("/")
    if path and (not PATH.fullmatch(path) or {".", ".."} & set(parts)):
        raise ValueError(f"Expected a path such as /convscope to be under, got {text!r}.")
    if path and parts[1] in OWN:
        raise ValueError(
            f"Expected a path that begins as none of Convscope's own ({', '.join(OWN)}), "
            f"got {text!r}."
        )
    return path
