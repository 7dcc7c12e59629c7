"""Make `app/convscope/data/fashion-mnist-10k` from the complete Fashion-MNIST, byte for byte.

    python -m scripts.make_fashion_10k [--source DIR] [--target DIR] [--check]

`--check` writes nothing, compares, and exits with 1 where a file differs.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from convscope.data import fashion_10k, idx

SOURCE = Path("/usr/share/datasets/fashion-mnist")  # Debian's package dataset-fashion-mnist


def subset_files(source: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each of the subset's four files, made from the complete set's."""
    for half in fashion_10k.PER_CLASS:
        names = f"{half}-images-idx3-ubyte.gz", f"{half}-labels-idx1-ubyte.gz"
        images, labels = (idx.read(source / name) for name in names)
        chosen = fashion_10k.choose(labels, half)
        yield names[0], idx.encode(images[chosen])
        yield names[1], idx.encode(labels[chosen])


def main() -> int:
    """Make or compare; the exit status says whether all is as it should be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--source", type=Path, default=SOURCE)
    parser.add_argument("--target", type=Path, default=fashion_10k.FOLDER)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    differing = 0
    for name, made in subset_files(asked.source):
        path = asked.target / name
        if not asked.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made)
        same = path.is_file() and path.read_bytes() == made
        differing += not same
        print(f"{'same' if same else 'DIFFERS'}  {len(made):>8} bytes  {name}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
