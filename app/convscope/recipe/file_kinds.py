"""What a file is that is no safetensors, by its first bytes: nothing of it is run or unpickled."""

from collections.abc import Callable
from typing import Final

SAVE_TORCH: Final = (
    "load it where you trust it and save it as safetensors "
    "(`safetensors.torch.save_file(model.state_dict(), …)`)"
)
SAVE_NUMPY: Final = "save the arrays as safetensors (`safetensors.numpy.save_file(…)`)"
LEGACY_TORCH: Final = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
HEAD_BYTES: Final = 4096  # of a file, in which its first member's or its first line's name lies

# a kind's first bytes, and what to say of it
MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (LEGACY_TORCH, f"a PyTorch pickle: {SAVE_TORCH}"),
    (
        b"\x89HDF\r\n\x1a\n",
        f"an HDF5 file, as Keras writes: {SAVE_NUMPY}, and send them with layout=keras",
    ),
    (b"\x93NUMPY", f"a NumPy array (.npy): {SAVE_NUMPY}"),
    (
        b"version https://git-lfs.github.com/spec/",
        "a Git LFS pointer, which only names the file: fetch it with `git lfs pull`",
    ),
    (b"SQLite format 3\x00", "an SQLite file: a run's file is imported at /runs/import"),
    (b"GGUF", "a GGUF file: save the weights as safetensors"),
    (b"\x1f\x8b", "a gzip file: unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"),
    (b"\xfd7zXZ\x00", "an xz file: unpack it first"),
    (b"BZh", "a bzip2 file: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file: unpack it first"),
    (b"Rar!", "a RAR archive: unpack it first"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
)


def kind_of(data: bytes) -> str | None:
    """What a file is in words, with what to do about it; None for what is not recognised."""
    if not data.strip(b"\x00"):
        return "a file of zeros only" if data else "an empty file"
    for magic, words in MAGIC:
        if data.startswith(magic):
            return words
    return next(filter(None, (look(data) for look in LOOKS)), None)


def _pickle(data: bytes) -> str | None:
    if data[0] != 0x80 or data[1:2] not in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return None
    if b"torch" in data[:HEAD_BYTES]:
        return f"a PyTorch pickle: {SAVE_TORCH}"
    return f"a Python pickle, which can run code when it is read: {SAVE_NUMPY}"


def _zip(data: bytes) -> str | None:
    if not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None
    head = data[:HEAD_BYTES]
    first = data[30 : 30 + int.from_bytes(data[26:28], "little")]
    if b"data.pkl" in head or b"/.format_version" in head:
        return f"a PyTorch pickle (.pt, .pth): {SAVE_TORCH}"
    if first.endswith(b".npy"):
        return f"a NumPy .npz: {SAVE_NUMPY}"
    if b"model.weights.h5" in data:
        return f"a Keras file (.keras): {SAVE_NUMPY}, and send them with layout=keras"
    return "a ZIP archive: unpack it first"


def _text(data: bytes) -> str | None:
    head = data[:HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return "an HTML page: download the file itself, not the page about it"
    if head.startswith((b"<?xml", b"<!doctype", b"<")):
        return "XML text"
    if head.startswith(b"{") and b'"weight_map"' in data:
        return "the index of weights that lie in several files: send one of these"
    return "JSON text" if head.startswith((b"{", b"[")) else None


def _others(data: bytes) -> str | None:
    if data[4:8] == b"TFL3":
        return "a TensorFlow Lite file: save the weights as safetensors"
    if data[257:262] == b"ustar":
        return "a tar archive: unpack it first"
    is_onnx = data[0] == 0x08 and data[2:3] in (b"\x12", b"\x3a")
    return "an ONNX file: save the weights as safetensors" if is_onnx else None


LOOKS: Final[tuple[Callable[[bytes], str | None], ...]] = (_pickle, _zip, _text, _others)
