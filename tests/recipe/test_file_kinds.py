"""What is sent instead of safetensors is told by name, and never loaded."""

import bz2
import gzip
import io
import json
import lzma
import pickle  # noqa: TID251  # what people send
import tarfile
import zipfile
from typing import Any

import numpy as np
import pytest
import torch

from convscope.errors import UploadError
from convscope.recipe.safetensors_header import check_safetensors


def torch_file(*, as_zip: bool = True) -> bytes:
    file = io.BytesIO()
    state = torch.nn.Linear(2, 2).state_dict()
    torch.save(state, file, _use_new_zipfile_serialization=as_zip)  # noqa: TID251  # what people have
    return file.getvalue()


def npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, kernel=np.zeros(3))
    return file.getvalue()


def npy() -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("readme.txt"))
    return file.getvalue()


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
INDEX = json.dumps({"metadata": {}, "weight_map": {"a": "model-00001.safetensors"}}).encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "an empty file"),
        (bytes(40), "zeros only"),
        (torch_file(), "a PyTorch pickle"),
        (torch_file(as_zip=False), "a PyTorch pickle"),
        (pickle.dumps([1, 2]), "a Python pickle"),
        (pickle.dumps({"state": "torch.FloatStorage"}, 2), "a PyTorch pickle"),
        (npz(), "a NumPy .npz"),
        (npy(), "a NumPy array"),
        (b"\x89HDF\r\n\x1a\n" + bytes(40), "an HDF5 file, as Keras writes"),
        (zipped("metadata.json", "config.json", "model.weights.h5"), "a Keras file"),
        (zipped("readme.txt"), "a ZIP archive"),
        (zipped(), "a ZIP archive"),
        (b"\n <!DOCTYPE html><html></html>", "an HTML page"),
        (b"\xef\xbb\xbf<html><body>Not found</body></html>", "an HTML page"),
        (b'<?xml version="1.0"?><a/>', "XML"),
        (POINTER, "a Git LFS pointer"),
        (INDEX, "the index of weights that lie in several files"),
        (b'{"error": "not found"}', "JSON text"),
        (gzip.compress(b"weights"), "a gzip file"),
        (b"GGUF" + bytes(20), "a GGUF file"),
        (b"\x1c\x00\x00\x00TFL3" + bytes(20), "a TensorFlow Lite file"),
        (b"\x08\x07\x12\x07pytorch" + bytes(20), "an ONNX file"),
        (b"SQLite format 3\x00" + bytes(20), "/runs/import"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "a PNG image"),
        (bz2.compress(b"weights"), "a bzip2 file"),
        (lzma.compress(b"weights"), "an xz file"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(20), "a 7z archive"),
        (b"\x28\xb5\x2f\xfd" + bytes(20), "a Zstandard file"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(20), "a RAR archive"),
        (b"\xff\xd8\xff\xe0" + bytes(20), "a JPEG image"),
        (b"GIF89a" + bytes(20), "a GIF image"),
        (b"%PDF-1.7\n" + bytes(20), "a PDF document"),
        (tarred(), "a tar archive"),
        (b"\x08\x07\x3a\x07graph" + bytes(20), "an ONNX file"),
        (b"[1, 2, 3]" + bytes(20), "JSON text"),
        (pickle.dumps([1, 2], 3), "a Python pickle"),
        (pickle.dumps([1, 2], 5), "a Python pickle"),
    ],
    ids=lambda value: (
        value if isinstance(value, str) else "data"
    ),  # whose bytes have a time in them
)
def test_a_file_of_another_kind_is_told_by_its_name(data: bytes, words: str) -> None:
    with pytest.raises(UploadError) as caught:
        check_safetensors(data)
    assert words in caught.value.detail
    assert caught.value.detail.startswith("Expected a safetensors file, got ")


@pytest.mark.parametrize("magic", [b"\x80\x02", b"\x1f\x8b", b"BZ"])
def test_a_header_whose_length_reads_like_another_kind_is_safetensors(magic: bytes) -> None:
    length = int.from_bytes(magic, "little")
    data = length.to_bytes(8, "little") + b"{}".ljust(length)
    assert check_safetensors(data) is data


def test_no_pickle_is_loaded_to_say_so() -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return pytest.fail, ("it was unpickled",)

    with pytest.raises(UploadError, match="a Python pickle"):
        check_safetensors(pickle.dumps(Trap()))
